using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>
/// Does the model pass over the fact in between? Looks for it in attribution graphs of prompts kept out of training, and
/// puts another in its place.
/// </summary>
public sealed class TwoStepStudy
{
    const int Every = 100_000; // more training prompts than any world has

    readonly TranscoderSites _sites;
    readonly ReplacementSettings _settings;
    readonly TwoStepRequest _request;
    readonly IReadOnlyList<TwoStepPrompt> _training, _heldOut;
    readonly ViaGroups _groups;
    readonly LatentInterventions _interventions;
    readonly Dictionary<string, int> _answers;
    readonly (int Layer, int Latent, TwoStepRole Role)[] _others; // what random controls draw from

    TwoStepStudy(TranscoderSites sites, ReplacementSettings settings, World world, TwoStepRequest request)
    {
        (_sites, _settings, _request, _interventions) = (sites, settings, request, new LatentInterventions(sites));
        IReadOnlyList<TwoStepFact> passages = world.TwoSteps(request.Behaviour);
        Tokenizer tokenizer = sites.Model.Tokenizer;
        IReadOnlyList<TwoStepPrompt>[] relations =
            [.. passages.Select(p => TwoStepPrompt.Of(world, p, tokenizer, Split.Training, Every, request.Seed))];
        _training = relations[0];
        _heldOut = TwoStepPrompt.Of(world, passages[0], tokenizer, Split.HeldOut, request.Prompts, request.Seed);
        _groups = ViaGroups.Find(sites, relations, request.Rule);
        _answers = _training.DistinctBy(prompt => prompt.Via).ToDictionary(prompt => prompt.Via, prompt => prompt.Answer);
        _others = [.. _groups.Names.SelectMany(name => _groups[name]).Select(l => (l.Layer, l.Latent, l.Role)).Distinct().Order()];
    }

    /// <summary>Runs the study.</summary>
    /// <param name="model">A model of the world.</param>
    /// <param name="coders">Its transcoders.</param>
    /// <param name="world">The world.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="settings">Where the transcoders read and write, or null for what their files say.</param>
    /// <param name="progress">Told how many prompts of how many are done.</param>
    /// <exception cref="InputException">
    /// The behaviour is no two-step fact, the transcoders are of another model, no latent is selective, or the model answers no
    /// prompt right.
    /// </exception>
    public static TwoStepResult Run(
        Model model, CoderSet coders, World world, TwoStepRequest request, ReplacementSettings? settings = null,
        Action<int, int>? progress = null)
    {
        settings ??= new();
        TranscoderSites sites = new(model, coders, settings.Reads, settings.Writes);
        return new TwoStepStudy(sites, settings, world, request).Run(progress);
    }

    TwoStepResult Run(Action<int, int>? progress)
    {
        if (_others.Length == 0)
            throw new InputException("no latent of these transcoders is selective for what lies on the way, on training prompts: "
                + "the graphs cannot show it");
        TwoStepPrompt[] right = [.. _heldOut.Where(IsRight)];
        if (right.Length == 0)
            throw new InputException($"the model answers none of {_heldOut.Count} held-out prompts right: there is nothing to explain");
        double factor = BestFactor();
        TwoStepCase[] cases = new TwoStepCase[right.Length];
        for (int i = 0; i < cases.Length; i++)
        {
            cases[i] = Case(right[i], i, factor);
            progress?.Invoke(i + 1, cases.Length);
        }
        return new TwoStepResult
        {
            Request = _request,
            Groups = _groups,
            Prompts = _heldOut.Count,
            Cases = cases,
            Factor = factor,
            Contained = Share(cases, c => c.Nodes > 0),
            Leading = Share(cases, c => c.Leads),
            WrongContained = Share(cases, c => c.WrongNodes > 0),
            Suppressed = Share(cases, c => c.IsSuppressed),
            Steered = Share(cases, c => c.IsSteered),
            RandomSteered = Share(cases, c => c.IsRandomSteered),
        };
    }

    TwoStepCase Case(TwoStepPrompt prompt, int index, double factor)
    {
        string other = Other(prompt.Via, index);
        using LocalReplacement replacement = new(_sites.Model, _sites.Transcoders, prompt.Tokens, _settings);
        AttributionGraph graph = Tracer.Trace(replacement, new TraceRequest { Targets = TraceTarget.Likeliest(replacement) });
        PrunedGraph pruned = new(graph, _request.NodeThreshold, _request.EdgeThreshold);
        Dictionary<string, (int Nodes, double Influence)> found = _groups.Names.ToDictionary(name => name, name => In(pruned, prompt, name));
        (int nodes, double influence) = found[prompt.Via];
        int without = Answer(prompt, Suppress(prompt));
        int steered = Answer(prompt, [.. Suppress(prompt), .. Inject(prompt, _groups[other], factor)]);
        int random = Answer(prompt, [.. Suppress(prompt), .. Inject(prompt, Random(prompt, other, index), factor)]);
        return new(prompt.Tokens, prompt.Via, nodes, influence,
            nodes > 0 && found.All(pair => pair.Key == prompt.Via || pair.Value.Influence < influence), found[other].Nodes, other,
            without, steered, without != prompt.Answer, steered == _answers[other], random == _answers[other]);
    }

    // A group's nodes in the pruned graph, and their share of all influence.
    (int Nodes, double Influence) In(PrunedGraph pruned, TwoStepPrompt prompt, string via)
    {
        HashSet<(int, int, int)> members = [.. _groups[via].Select(latent => (latent.Layer, latent.Latent, prompt.At(latent.Role)))];
        int[] nodes =
        [
            .. Enumerable.Range(0, pruned.Graph.Nodes.Count).Where(i => pruned.Graph.Nodes[i] is { Kind: TraceNodeKind.Latent } node
                && pruned.HasNode(i) && members.Contains((node.Layer, node.Index, node.Position))),
        ];
        double all = pruned.Influence.Sum();
        return (nodes.Length, all > 0 ? nodes.Sum(node => pruned.Influence[node]) / all : 0);
    }

    // The factor that steers most training prompts; of equal ones the smallest.
    double BestFactor()
    {
        Draws draws = new Rng(_request.Seed).Fork("factor").Draw();
        TwoStepPrompt[] all = [.. _training];
        draws.Shuffle(all);
        TwoStepPrompt[] prompts = [.. all.Where(IsRight).Take(_request.FactorPrompts)];
        return _request.Factors.Order().MaxBy(factor => prompts.Select((prompt, i) => (prompt, other: Other(prompt.Via, i)))
            .Count(pair => Answer(pair.prompt, [.. Suppress(pair.prompt), .. Inject(pair.prompt, _groups[pair.other], factor)])
                == _answers[pair.other]));
    }

    IEnumerable<LatentIntervention> Suppress(TwoStepPrompt prompt) => _groups[prompt.Via].Select(latent =>
        LatentIntervention.At(latent.Layer, latent.Latent, prompt.At(latent.Role), 0));

    static IEnumerable<LatentIntervention> Inject(TwoStepPrompt prompt, IReadOnlyList<ViaLatent> latents, double factor) =>
        latents.Select(latent => LatentIntervention.At(
            latent.Layer, latent.Latent, prompt.At(latent.Role), (float)(factor * latent.Mean)));

    // As many latents of other groups, at roles of their own, with the means of those that they stand for.
    List<ViaLatent> Random(TwoStepPrompt prompt, string other, int index)
    {
        HashSet<(int, int, TwoStepRole)> taken =
            [.. _groups[other].Concat(_groups[prompt.Via]).Select(latent => (latent.Layer, latent.Latent, latent.Role))];
        List<(int Layer, int Latent, TwoStepRole Role)> left = [.. _others.Where(latent => !taken.Contains(latent))];
        new Rng(_request.Seed).Fork("random").Fork(index).Draw().Shuffle(left);
        return [.. _groups[other].Zip(left, (latent, drawn) => latent with { Layer = drawn.Layer, Latent = drawn.Latent, Role = drawn.Role })];
    }

    string Other(string via, int index)
    {
        string[] others = [.. _groups.Names.Where(name => name != via && _answers[name] != _answers[via])];
        return others[new Rng(_request.Seed).Fork("other").Fork(index).Draw().Below(others.Length)];
    }

    int Answer(TwoStepPrompt prompt, IEnumerable<LatentIntervention> interventions)
    {
        using LatentRun run = _interventions.Run(prompt.Tokens, [.. interventions], _request.Rules);
        return run.Run.Top(1)[0].Token;
    }

    bool IsRight(TwoStepPrompt prompt)
    {
        using Run run = _sites.Model.Run(new TokenBatch([prompt.Tokens]), new Plan { LastLogitsOnly = true });
        return run.Top(1)[0].Token == prompt.Answer;
    }

    Estimate Share(TwoStepCase[] cases, Func<TwoStepCase, bool> holds)
    {
        double[] yes = [.. cases.Select(c => holds(c) ? 1.0 : 0.0)];
        return Bootstrap.Of(yes.Length, chosen =>
        {
            double sum = 0;
            foreach (int i in chosen)
                sum += yes[i];
            return sum / chosen.Length;
        }, _request.Seed);
    }
}
