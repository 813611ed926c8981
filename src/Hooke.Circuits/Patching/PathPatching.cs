using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Path patching: which components does a reader hear, for the behaviour? The clean prompts are run with the reader given
/// what it would read had one component written what it writes on the counterfactual prompts.
/// </summary>
/// <remarks>
/// A value is (m(clean) − m(patched)) / (m(clean) − m(counterfactual)), m the mean over prompts: the share of the behaviour
/// that is lost with the paths from component to readers. Two runs a component: one in which it alone is changed and all
/// attention is held, which gives what the readers would read; one in which they read it. Source: Wang et al. 2022,
/// arXiv:2211.00593, appendix B.
/// </remarks>
public sealed class PathPatching : IDisposable
{
    const string CleanRun = "clean", OtherRun = "counterfactual", PathRun = "paths";
    const int MostRows = 4096; // [batch · pos] rows of one batch of components

    readonly Model _model;
    readonly PromptSet _prompts;
    readonly Run _clean, _other;
    readonly Dictionary<string, Recording> _sources;
    readonly double _from, _unit;

    /// <summary>Runs clean and counterfactual prompts once, keeping what components write.</summary>
    /// <exception cref="InputException">
    /// Clean and counterfactual prompts have the same metric: there is nothing to lose.
    /// </exception>
    public PathPatching(Model model, PromptSet prompts)
    {
        (_model, _prompts) = (model, prompts);
        Plan keep = new()
        {
            Record = [.. Enumerable.Range(0, model.Config.NLayers).SelectMany(l => Held(l, throughMlps: false)
                .Select(held => held.At).Prepend(Site.ResidPre.At(l)))],
            LastLogitsOnly = true,
        };
        _clean = model.Run(prompts.Clean, keep);
        _other = model.Run(prompts.Counterfactual, keep);
        _sources = new() { [CleanRun] = _clean.Recording, [OtherRun] = _other.Recording };
        _from = prompts.Metric(_clean).Average();
        _unit = _from - prompts.Metric(_other).Average();
        if (_unit == 0)
            throw new InputException(
                "the metric is the same on the prompts and on their counterfactuals: there are no paths to patch");
    }

    /// <summary>What every component before the last reader costs when these readers alone hear its counterfactual.</summary>
    /// <param name="readers">
    /// <c>attn.hook_q</c>, <c>attn.hook_k</c> or <c>attn.hook_v</c> at one head, <c>hook_mlp_in</c>, each at all positions or
    /// some; or <c>logits</c>.
    /// </param>
    /// <param name="throughMlps">
    /// False: only direct paths, on the residual stream; MLPs are held like heads. True: also paths that pass through MLPs, as
    /// in the paper.
    /// </param>
    /// <exception cref="InputException">A reader is none of these, or not of this model.</exception>
    public IReadOnlyDictionary<Node, double> Losses(IReadOnlyList<Address> readers, bool throughMlps = false)
    {
        if (readers.Count == 0)
            throw new InputException("path patching needs a reader, such as blocks.3.attn.hook_q:head=1 or logits");
        Address[] all = [.. readers.Select(Reader).Distinct()];
        Dictionary<Node, double> losses = [];
        int last = all.Max(r => r.Layer!.Value), together = Math.Max(1, MostRows / _clean.Tokens.Ids.Length);
        for (int layer = 0; layer <= last; layer++)
        {
            Address[] after = [.. all.Where(r => IsAfter(r, layer))];
            if (after.Length > 0)
                foreach (Node[] senders in Senders(layer).Chunk(together))
                    foreach ((Node sender, double loss) in senders.Zip(Lost(layer, senders, after, throughMlps)))
                        losses[sender] = loss;
        }
        return losses;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clean.Dispose();
        _other.Dispose();
    }

    // Component v changes prompts v·n … v·n + n − 1 of the batch.
    double[] Lost(int layer, Node[] senders, Address[] readers, bool throughMlps)
    {
        TokenBatch tokens = _prompts.Clean.Repeat(senders.Length);
        int n = _prompts.Count;
        Plan first = new()
        {
            Record = readers,
            Interventions =
            [
                .. senders.SelectMany((s, v) => Changed(s, new(v * n, (v * n) + n - 1), throughMlps)),
                .. Enumerable.Range(layer + 1, _model.Config.NLayers - layer - 1).SelectMany(l => Held(l, throughMlps)),
            ],
            LastLogitsOnly = true,
        };
        using Run paths = From(layer, tokens, first, _sources);
        Plan second = new() { Interventions = [.. readers.Select(r => new Patch(r, PathRun))], LastLogitsOnly = true };
        using Run heard = From(readers.Min(r => r.Layer!.Value), tokens, second,
            new Dictionary<string, Recording> { [PathRun] = paths.Recording });
        double[] metric = _prompts.Metric(heard);
        return [.. senders.Select((_, v) => (_from - metric.Skip(v * n).Take(n).Average()) / _unit)];
    }

    Run From(int layer, TokenBatch tokens, Plan plan, Dictionary<string, Recording> sources)
    {
        Tensor clean = _clean[Site.ResidPre.At(layer)];
        using Tensor residual = Tensor.Zeros(tokens.Count, clean.Shape[1], clean.Shape[2]);
        for (int i = 0; i < residual.Data.Length; i += clean.Data.Length)
            clean.Data.CopyTo(residual.Data[i..]);
        return _model.RunFrom(layer, residual, tokens, plan, sources);
    }

    // The component as on the counterfactual; of its own layer's later parts, the MLP held unless paths may pass through it.
    IEnumerable<Intervention> Changed(Node sender, PositionRange prompts, bool throughMlps) => sender.Kind switch
    {
        ComponentKind.Input =>
        [
            new Patch(sender.Output, OtherRun) { Prompts = prompts },
            .. Held(0, throughMlps).Select(held => held with { Prompts = prompts }),
        ],
        ComponentKind.Head =>
        [
            new Patch(Site.Z.At(sender.Layer).AtHead(sender.Head), OtherRun) { Prompts = prompts },
            .. throughMlps || !_model.Config.HasMlp
                ? Array.Empty<Intervention>()
                : [new Freeze(Site.MlpOut.At(sender.Layer), CleanRun) { Prompts = prompts }],
        ],
        _ => [new Patch(sender.Output, OtherRun) { Prompts = prompts }],
    };

    Intervention[] Held(int layer, bool throughMlps) => throughMlps || !_model.Config.HasMlp
        ? [new Freeze(Site.Z.At(layer), CleanRun)]
        : [new Freeze(Site.Z.At(layer), CleanRun), new Freeze(Site.MlpOut.At(layer), CleanRun)];

    IEnumerable<Node> Senders(int layer) =>
    [
        .. layer == 0 ? new[] { new Node(ComponentKind.Input, 0) } : [],
        .. Enumerable.Range(0, _model.Config.NHeads).Select(h => new Node(ComponentKind.Head, layer, h)),
        .. _model.Config.HasMlp ? [new Node(ComponentKind.Mlp, layer)] : Array.Empty<Node>(),
    ];

    static bool IsAfter(Address reader, int layer) =>
        reader.Layer > layer || (reader.Layer == layer && (reader.Site == Site.MlpIn || reader.Site == Site.ResidPost))
        || layer == 0; // the embeddings are before everything

    Address Reader(Address reader)
    {
        if (reader.Site == Site.Logits && reader.Positions is null)
            return Site.ResidPost.At(_model.Config.NLayers - 1);
        bool isHead = reader.Site == Site.Q || reader.Site == Site.K || reader.Site == Site.V;
        if (isHead ? reader.Head is null : reader.Site != Site.MlpIn)
            throw new InputException(
                $"{reader} is not a reader of the residual stream: name attn.hook_q, attn.hook_k or attn.hook_v at one head, "
                + "hook_mlp_in, or logits");
        if (reader.Layer >= _model.Config.NLayers)
            throw new InputException($"{reader}: this model has layers 0..{_model.Config.NLayers - 1}");
        return reader;
    }
}
