using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Runs of the same prompts that differ by their interventions. The base run is computed once; of a variant only what its
/// interventions can change is: the layers from its first intervention on, and the positions from there on.
/// </summary>
/// <remarks>
/// Variants that begin at one position share a batch, which grows layer by layer as they begin. The logits are those of
/// whole runs, byte for byte.
/// </remarks>
public sealed class Variants : IDisposable
{
    const int MostRows = 4096; // [batch · pos] rows of one batch

    readonly Model _model;
    readonly TokenBatch _tokens;
    readonly IReadOnlyDictionary<string, Recording> _sources;
    readonly Site _keys;

    /// <summary>Runs the prompts without interventions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The prompts.</param>
    /// <param name="sources">Recordings of other runs, by the names that interventions use.</param>
    /// <param name="record">
    /// What the base run keeps besides what it must. Where it has an activation that a variant patches, positions at which
    /// the patch changes nothing are left out.
    /// </param>
    /// <exception cref="InputException">The prompts do not fit the model.</exception>
    public Variants(
        Model model, TokenBatch tokens, IReadOnlyDictionary<string, Recording> sources, IEnumerable<Address>? record = null)
    {
        (_model, _tokens, _sources) = (model, tokens, sources);
        _keys = model.Config.Positions == PositionKind.Rotary ? Site.RotK : Site.K;
        Base = model.Run(tokens, new Plan
        {
            Record = [.. Enumerable.Range(0, model.Config.NLayers).SelectMany(l =>
                new[] { Site.ResidPre.At(l), _keys.At(l), Site.V.At(l) }), .. record ?? []],
            LastLogitsOnly = true,
        });
    }

    /// <summary>The run without interventions, with logits at each prompt's last token.</summary>
    public Run Base { get; }

    /// <summary>Runs every variant and reads something off it.</summary>
    /// <param name="variants">The interventions of each; they apply to all prompts.</param>
    /// <param name="read">What is wanted of a variant's run, which has logits at each prompt's last token alone.</param>
    /// <param name="only">
    /// The tokens whose logits are read, null for all: with large vocabularies the others are much of the work. They are NaN.
    /// </param>
    /// <returns>What was read, variant by variant.</returns>
    /// <exception cref="InputException">A variant cannot be carried out on this model.</exception>
    public T[] Run<T>(
        IReadOnlyList<IReadOnlyList<Intervention>> variants, Func<Run, T> read, IReadOnlyList<int>? only = null)
    {
        PlanCheck check = new(_model.Config, _tokens, _sources);
        T[] values = new T[variants.Count];
        Cone[] cones = [.. variants.Select((interventions, index) =>
        {
            check.Require(new Plan { Interventions = interventions, LastLogitsOnly = true });
            return Cone.Of(index, interventions, _model.Config.NLayers, _tokens, _sources, Base.Recording);
        })];
        foreach (Cone unchanged in cones.Where(c => c.IsEmpty))
            values[unchanged.Index] = read(Base);
        foreach (Cone alone in cones.Where(c => c is { IsEmpty: false, IsAlone: true }))
            using (Run run = _model.Run(
                _tokens, new Plan { Interventions = alone.Interventions, LastLogitsOnly = true }, _sources))
                values[alone.Index] = read(run);
        var batches = cones.Where(c => c is { IsEmpty: false, IsAlone: false })
            .GroupBy(c => (c.FirstPosition, c.SplitLayers))
            .SelectMany(group => group.OrderBy(c => c.FirstLayer)
                .Chunk(Math.Max(1, MostRows / (_tokens.Count * (_tokens.Positions - group.Key.FirstPosition)))));
        foreach (Cone[] batch in batches)
            Run(batch, read, values, only);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => Base.Dispose();

    // Variants with one first position, in the order of their first layers; variant v is prompts v·n … v·n + n − 1.
    void Run<T>(Cone[] batch, Func<Run, T> read, T[] values, IReadOnlyList<int>? only)
    {
        (int n, int first) = (_tokens.Count, batch[0].FirstPosition);
        TokenBatch tokens = _tokens.Repeat(batch.Length);
        Stretch stretch = new([.. Enumerable.Repeat(first, tokens.Count)], _tokens.Positions - first);
        Pass pass = new(tokens, stretch, LastOnly: true, new KeptPast(Base.Recording, _keys));
        Plan plan = new()
        {
            Interventions = [.. batch.SelectMany((cone, v) => cone.Interventions.Select(i =>
                i with { Prompts = new PositionRange(v * n, (v * n) + n - 1) }))],
            LastLogitsOnly = true,
        };
        using Hooks hooks = new(plan, pass, _sources);
        int joined = 0;
        Tensor? residual = null;
        for (int layer = batch[0].FirstLayer; layer < _model.Config.NLayers; layer++)
        {
            int begun = batch.Count(c => c.FirstLayer <= layer);
            residual = Grown(residual, layer, begun - joined, first);
            residual = _model.Transformer.Block(layer, residual, pass, hooks);
            joined = begun;
        }
        using Tensor logits = _model.Transformer.Unembed(residual!, pass, hooks, only);
        using Tensor own = Tensor.Zeros(n, _model.Config.DVocab);
        own.Data.Fill(float.NaN);
        for (int v = 0; v < batch.Length; v++)
        {
            for (int b = 0; b < n; b++)
                Write(logits.Data.Slice(((v * n) + b) * logits.Shape[1], logits.Shape[1]), b, first, only, own);
            using Run run = new(_tokens, own.Share(), lastOnly: true, new Recording(_tokens));
            values[batch[v].Index] = read(run);
        }
    }

    // The stream with so many more variants at its end, which enter the layer as the base run did.
    Tensor Grown(Tensor? residual, int layer, int more, int first)
    {
        if (more == 0)
            return residual!;
        using Tensor? old = residual;
        int before = old?.Shape[0] ?? 0;
        Tensor entering = Base[Site.ResidPre.At(layer)];
        (int n, int width) = (entering.Shape[0], entering.Shape[2]);
        int size = (entering.Shape[1] - first) * width;
        Tensor grown = Tensor.Zeros(before + (more * n), entering.Shape[1] - first, width);
        old?.Data.CopyTo(grown.Data);
        for (int s = 0; s < more * n; s++)
            entering.Data.Slice(((s % n * entering.Shape[1]) + first) * width, size)
                .CopyTo(grown.Data[((before + s) * size)..]);
        return grown;
    }

    // A prompt that ends before the first position is as it was.
    void Write(ReadOnlySpan<float> logits, int prompt, int first, IReadOnlyList<int>? only, Tensor own)
    {
        Span<float> row = own.Data.Slice(prompt * own.Shape[1], own.Shape[1]);
        bool unchanged = _tokens.Lengths[prompt] <= first;
        if (unchanged || only is null)
            (unchanged ? Base.LastLogits(prompt) : logits).CopyTo(row);
        else
            for (int t = 0; t < only.Count; t++)
                row[only[t]] = logits[t];
    }
}
