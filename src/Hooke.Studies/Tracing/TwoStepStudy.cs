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
    readonly double _factor;
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
        _heldOut = [.. TwoStepPrompt.Of(world, passages[0], tokenizer, Split.HeldOut, Every, request.Seed).Take(request.Prompts)];
        _answers = _training.DistinctBy(prompt => prompt.Via).ToDictionary(prompt => prompt.Via, prompt => prompt.Answer);
        string[] names = [.. _answers.Keys.Order(StringComparer.Ordinal)];
        ViaTally[] tallies = [.. relations.Select(prompts => ViaTally.Of(sites, prompts, names))];
        (_groups, _factor) = Choice([.. request.Rules.Select(rule => ViaGroups.Of(names, tallies, rule))]);
        _others =
            [.. _groups.Names.SelectMany(name => _groups[name]).Select(l => (l.Layer, l.Latent, l.Role)).Distinct().Order()];
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
            throw new InputException($"the model answers none of {_heldOut.Count} held-out prompts right: there is nothing "
                + "to explain");
        TwoStepCase[] cases = new TwoStepCase[right.Length];
        for (int i = 0; i < cases.Length; i++)
        {
            cases[i] = Case(right[i], i);
            progress?.Invoke(i + 1, cases.Length);
        }
        return new TwoStepResult
        {
            Request = _request,
            Groups = _groups,
            Prompts = _heldOut.Count,
            Cases = cases,
            Factor = _factor,
            Contained = Share(cases, c => c.Nodes > 0),
            Leading = Share(cases, c => c.Leads),
            WrongContained = Share(cases, c => c.WrongNodes > 0),
            Suppressed = Share(cases, c => c.IsSuppressed),
            Steered = Share(cases, c => c.IsSteered),
            RandomSteered = Share(cases, c => c.IsRandomSteered),
        };
    }

    TwoStepCase Case(TwoStepPrompt prompt, int index)
    {
        string other = Other(prompt.Via, index);
        using LocalReplacement replacement = new(_sites.Model, _sites.Transcoders, prompt.Tokens, _settings);
        AttributionGraph graph = Tracer.Trace(replacement, new TraceRequest { Targets = TraceTarget.Likeliest(replacement) });
        PrunedGraph pruned = new(graph, _request.NodeThreshold, _request.EdgeThreshold);
        Dictionary<string, Presence> found = _groups.Names.ToDictionary(name => name, name => In(pruned, prompt, name));
        Presence own = found[prompt.Via];
        int without = Answer(prompt, Suppress(_groups, prompt));
        int steered = Answer(prompt, [.. Suppress(_groups, prompt), .. Inject(prompt, _groups[other], _factor)]);
        int random = Answer(prompt, [.. Suppress(_groups, prompt), .. Inject(prompt, Random(prompt, other, index), _factor)]);
        return new(prompt.Tokens, prompt.Via, own.Nodes, own.Influence,
            own.Nodes > 0 && found.All(pair => pair.Key == prompt.Via || pair.Value.Weight < own.Weight),
            found[other].Nodes, other,
            without, steered, without != prompt.Answer, steered == _answers[other], random == _answers[other]);
    }

    // A latent may stand for several countries: it counts for each as much as it is selective for it.
    Presence In(PrunedGraph pruned, TwoStepPrompt prompt, string via)
    {
        Dictionary<(int, int, int), double> shares = _groups[via].ToDictionary(
            latent => (latent.Layer, latent.Latent, prompt.At(latent.Role)), latent => latent.Share);
        (int nodes, double influence, double weight) = (0, 0, 0);
        for (int i = 0; i < pruned.Graph.Nodes.Count; i++)
            if (pruned.Graph.Nodes[i] is { Kind: TraceNodeKind.Latent } node && pruned.HasNode(i)
                && shares.TryGetValue((node.Layer, node.Index, node.Position), out double share))
                (nodes, influence, weight) = (nodes + 1, influence + pruned.Influence[i], weight + (share * pruned.Influence[i]));
        double all = pruned.Influence.Sum();
        return new(nodes, all > 0 ? influence / all : 0, weight);
    }

    // The most selective rule, and with it the smallest factor, that steer enough training prompts; else those that steer most.
    (ViaGroups Groups, double Factor) Choice(IReadOnlyList<ViaGroups> candidates)
    {
        TwoStepPrompt[] all = [.. _training];
        new Rng(_request.Seed).Fork("choice").Draw().Shuffle(all);
        TwoStepPrompt[] prompts = [.. all.Where(IsRight).Take(_request.ChoicePrompts)];
        (ViaGroups Groups, double Factor, int Steered) best = (candidates[0], _request.Factors[0], -1);
        foreach (ViaGroups groups in candidates)
            foreach (double factor in _request.Factors.Order())
            {
                int steered = prompts.Where((prompt, i) => Other(prompt.Via, i) is var other && _answers[other]
                    == Answer(prompt, [.. Suppress(groups, prompt), .. Inject(prompt, groups[other], factor)])).Count();
                if (steered > best.Steered)
                    best = (groups, factor, steered);
                if (prompts.Length > 0 && steered >= _request.Enough * prompts.Length)
                    return (groups, factor);
            }
        return (best.Groups, best.Factor);
    }

    static IEnumerable<LatentIntervention> Suppress(ViaGroups groups, TwoStepPrompt prompt) => groups[prompt.Via].Select(latent =>
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
        return
        [
            .. _groups[other].Zip(left, (latent, drawn) =>
                latent with { Layer = drawn.Layer, Latent = drawn.Latent, Role = drawn.Role }),
        ];
    }

    string Other(string via, int index)
    {
        string[] others = [.. _answers.Keys.Order(StringComparer.Ordinal).Where(name => _answers[name] != _answers[via])];
        return others[new Rng(_request.Seed).Fork("other").Fork(index).Draw().Below(others.Length)];
    }

    int Answer(TwoStepPrompt prompt, IEnumerable<LatentIntervention> interventions)
    {
        using LatentRun run = _interventions.Run(prompt.Tokens, [.. interventions], _request.Held);
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

    readonly record struct Presence(int Nodes, double Influence, double Weight);
}
