using Hooke.Models;

namespace Hooke.Circuits;

/// <summary>Runs circuits on prompts: every edge outside the circuit carries what it carries on the ablated run.</summary>
public sealed class CircuitRunner : IDisposable
{
    const string Ablated = "ablated";

    readonly Model _model;
    readonly PromptSet _prompts;
    readonly Dictionary<string, Recording> _sources;
    readonly Run _ablatedRun;

    /// <summary>A runner for one set of prompts; edges outside a circuit carry the counterfactual's values.</summary>
    public CircuitRunner(Model model, PromptSet prompts, ComponentGraph graph)
        : this(model, prompts, model.Run(prompts.Counterfactual, Outputs(graph))) { }

    CircuitRunner(Model model, PromptSet prompts, Run ablated)
    {
        (_model, _prompts, _ablatedRun) = (model, prompts, ablated);
        _sources = new() { [Ablated] = ablated.Recording };
    }

    /// <summary>The prompts.</summary>
    public PromptSet Prompts => _prompts;

    /// <summary>The plan that records what every component writes.</summary>
    public static Plan Outputs(ComponentGraph graph) =>
        new() { Record = [.. graph.Senders.Select(s => s.Output.Whole).Distinct()], LastLogitsOnly = true };

    /// <summary>The metric m(C) of each prompt when only the circuit's edges carry the clean run.</summary>
    public double[] Metric(Circuit circuit)
    {
        ILookup<Receiver, Node> cut = Enumerable.Range(0, circuit.Graph.Edges.Count)
            .Where(i => !circuit.Contains(i))
            .Select(i => circuit.Graph.Edges[i])
            .ToLookup(e => e.Target, e => e.Source);
        Plan plan = new()
        {
            Interventions = [.. cut.Select(c => new Reroute(c.Key.Input, [.. c.Select(source => source.Output)], Ablated))],
            LastLogitsOnly = true,
        };
        using Run run = _model.Run(_prompts.Clean, plan, _sources);
        return _prompts.Metric(run);
    }

    /// <inheritdoc/>
    public void Dispose() => _ablatedRun.Dispose();
}
