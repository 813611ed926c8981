using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Tests a circuit by real interventions on the test prompts.</summary>
sealed class CircuitTests
{
    const int RandomKnockOuts = 10;
    const int SingledOut = 3;

    readonly InvestigationRequest _request;
    readonly Model _model;
    readonly ComponentGraph _graph;
    readonly InvestigationPrompts _prompts;
    readonly CircuitRunner _discovery, _test;
    readonly Circuit _circuit;
    readonly Action<InvestigationProgress> _progress;
    readonly double[] _whole, _empty, _alone;
    readonly List<TargetedIntervention> _interventions = [];

    public CircuitTests(
        InvestigationRequest request, Model model, ComponentGraph graph, InvestigationPrompts prompts,
        CircuitRunner discovery, CircuitRunner test, Circuit circuit, Action<InvestigationProgress> progress)
    {
        (_request, _model, _graph, _prompts) = (request, model, graph, prompts);
        (_discovery, _test, _circuit, _progress) = (discovery, test, circuit, progress);
        (_whole, _empty, _alone) = (test.Metric(graph.Whole), test.Metric(graph.Empty), test.Metric(circuit));
    }

    /// <summary>The targeted interventions made, once the tests have run.</summary>
    public IReadOnlyList<TargetedIntervention> Interventions => _interventions;

    public Findings Run()
    {
        BehaviourCheck behaviour = Behaviour();
        (Necessity necessity, Sufficiency sufficiency) = AgainstControls();
        (Completeness? completeness, Minimality? minimality) = KnockOuts();
        return new Findings
        {
            Behaviour = behaviour,
            Necessity = necessity,
            Sufficiency = sufficiency,
            Completeness = completeness,
            Minimality = minimality,
            Prediction = Predict(),
            Robustness = OtherAblations(),
            IndependentMethods = OtherMethods(),
        };
    }

    BehaviourCheck Behaviour()
    {
        using Run run = _model.Run(_prompts.Test.Clean, new Plan { LastLogitsOnly = true });
        double[] prefers = [.. _prompts.Test.Prefers(run).Select(p => p ? 1.0 : 0.0)];
        return new(
            Measures.Mean(prefers, _request.Seed),
            Measures.Mean(_prompts.Test.Metric(run), _request.Seed),
            InvestigationWording.Metric);
    }

    (Necessity, Sufficiency) AgainstControls()
    {
        double[] cut = _test.Metric(_circuit.Complement);
        double scale = _whole.Average() - _empty.Average();
        List<double[]> withoutRandom = [];
        List<double> drops = [], faithful = [];
        for (int i = 0; i < _request.Controls; i++)
        {
            _progress(new($"comparing with {_request.Controls} random circuits", (double)i / _request.Controls));
            Rng rng = new Rng(_request.Seed).Fork("controls").Fork(i);
            Circuit random = RandomCircuits.Draw(_graph, _circuit.Count, rng);
            // Random edges that are the circuit's own would only show the circuit's effect again.
            int elsewhere = Math.Min(_circuit.Count, _graph.Edges.Count - _circuit.Count);
            withoutRandom.Add(_test.Metric(RandomCircuits.Draw(_graph, elsewhere, rng.Fork("outside"), _circuit).Complement));
            drops.Add((_whole.Average() - withoutRandom[^1].Average()) / scale);
            faithful.Add((_test.Metric(random).Average() - _empty.Average()) / scale);
        }
        return (
            new(Measures.Drop(cut, _whole, _empty, _request.Seed),
                Measures.DropBeyondControls(cut, withoutRandom, _whole, _empty, _request.Seed), drops),
            new(Measures.Faithfulness(_alone, _whole, _empty, _request.Seed), faithful, _prompts.HeldOut));
    }

    // Each member alone, then random halves of the members.
    (Completeness?, Minimality?) KnockOuts()
    {
        Node[] members = [.. _circuit.Members];
        if (members.Length == 0)
            return (null, null);
        List<Node[]> sets = [.. members.Select(m => new[] { m })];
        Draws draws = new Rng(_request.Seed).Fork("knock-outs").Draw();
        for (int i = 0; i < RandomKnockOuts && members.Length > 2; i++)
        {
            draws.Shuffle(members);
            sets.Add([.. members.Take(members.Length / 2).OrderBy(m => m.Layer).ThenBy(m => m.Kind).ThenBy(m => m.Head)]);
        }
        List<double[]> ofCircuit = [], ofModel = [];
        foreach (Node[] set in sets)
        {
            _progress(new("knocking out members", (double)ofCircuit.Count / sets.Count));
            ofCircuit.Add(_test.Metric(_circuit.Without(set)));
            ofModel.Add(_test.Metric(_graph.Whole.Without(set)));
        }
        double scale = Math.Abs(_whole.Average() - _empty.Average());
        KnockOut[] knockOuts = [.. sets.Select((set, k) => new KnockOut(
            string.Join(", ", set), Math.Abs(ofCircuit[k].Average() - ofModel[k].Average()) / scale))];
        Contribution[] contributions = [.. _circuit.Members.Select((member, k) => new Contribution(
            member.ToString(), Measures.Contribution(_alone, ofCircuit[k], _whole, _empty, _request.Seed)))];
        return (
            new(Measures.CompletenessGap(ofCircuit, ofModel, _whole, _empty, _request.Seed), knockOuts, _prompts.HeldOut),
            new(contributions, _prompts.HeldOut));
    }

    // The claim predicts: with the outputs that the circuit's components have on the clean prompts, the counterfactual
    // ones get the clean answer.
    Prediction? Predict()
    {
        _progress(new("testing predictions on counterfactual prompts", 0));
        Node[] members = [.. _circuit.Members];
        if (members.Length == 0)
            return null;
        using Run clean = _model.Run(_prompts.Test.Clean, CircuitRunner.Outputs(_graph));
        using Run before = _model.Run(_prompts.Test.Counterfactual, new Plan { LastLogitsOnly = true });
        double[] from = _prompts.Test.Metric(before), to = _prompts.Test.Metric(clean);
        TargetedIntervention whole = Intervene(
            members, clean.Recording, from, to,
            "the logit difference goes more than half of the way to the clean prompt's", 0.5);
        _interventions.Add(whole);
        IReadOnlyDictionary<Node, double> attribution =
            ComponentAttribution.IntegratedGradients(_model, _prompts.Discovery, _graph, _request.Steps);
        foreach (Node member in members.OrderByDescending(m => Math.Abs(attribution[m])).Take(SingledOut))
            _interventions.Add(attribution[member] > 0
                ? Intervene([member], clean.Recording, from, to, "the logit difference rises", 0)
                : Intervene([member], clean.Recording, from, to, "the logit difference falls", double.NegativeInfinity));
        return new($"Giving the circuit's {members.Length} components, on counterfactual prompts, what they write on the "
            + "clean ones was predicted to move the logit difference more than half of the way to the clean prompt's",
            whole.Share, whole.Shift);
    }

    // A prompt moved as predicted if it went more than the least share of its way to the clean metric; −∞ predicts a fall.
    TargetedIntervention Intervene(Node[] members, Recording clean, double[] from, double[] to, string predicted, double least)
    {
        double[] after = ComponentPatching.Patched(_model, _prompts.Test.Counterfactual, members, clean, _prompts.Test);
        double sign = double.IsNegativeInfinity(least) ? -1 : 1;
        double[] shift = [.. after.Select((a, i) => sign * (a - from[i]))];
        double[] moved = [.. shift.Select((s, i) => s > (sign > 0 ? least * (to[i] - from[i]) : 0) ? 1.0 : 0.0)];
        string where = members.Length == 1 ? members[0].Output.ToString() : $"the outputs of {string.Join(", ", members)}";
        return new(where, "patch from the clean prompt", predicted, from.Average(), after.Average(),
            Measures.Mean(shift, _request.Seed), Measures.Mean(moved, _request.Seed));
    }

    Robustness? OtherAblations()
    {
        List<AblationKind> kinds = [];
        foreach (Ablation ablation in new[] { Ablation.Zero, Ablation.Mean, Ablation.Resample })
        {
            _progress(new("trying other kinds of ablation", kinds.Count / 3.0));
            if (ablation == Ablation.Resample && _prompts.Test.Count < 2)
                continue;
            using CircuitRunner runner = new(_model, _prompts.Test, _graph, ablation, _request.Seed);
            kinds.Add(new(ablation.ToString().ToLowerInvariant(), Measures.Faithfulness(
                runner.Metric(_circuit), _whole, runner.Metric(_graph.Empty), _request.Seed)));
        }
        return new(kinds);
    }

    // Without any gradient: the components whose real patching costs most, with every edge among them.
    IndependentMethods? OtherMethods()
    {
        _progress(new("searching again without gradients", 0));
        HashSet<Node> members = [.. _circuit.Members];
        if (members.Count == 0)
            return null;
        IReadOnlyDictionary<Node, double> losses = ComponentPatching.Losses(_model, _prompts.Discovery, _graph);
        HashSet<Node> found = [.. _graph.Senders.Where(losses.ContainsKey)
            .OrderByDescending(n => Math.Abs(losses[n])).Take(members.Count)];
        Circuit among = new(_graph, Enumerable.Range(0, _graph.Edges.Count).Where(i =>
            Among(_graph.Edges[i].Source, found) && Among(_graph.Edges[i].Target.Node, found)));
        return new([new("activation patching of whole components",
            (double)found.Count(members.Contains) / members.Count, (double)members.Count / losses.Count,
            Measures.Faithfulness(_test.Metric(among), _whole, _empty, _request.Seed))]);
    }

    static bool Among(Node node, HashSet<Node> found) =>
        node.Kind is ComponentKind.Input or ComponentKind.Logits || found.Contains(node);
}
