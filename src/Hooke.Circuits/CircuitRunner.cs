using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What an edge outside a circuit carries in place of the clean run's value.</summary>
public enum Ablation
{
    /// <summary>What it carries on the counterfactual prompt.</summary>
    Counterfactual,

    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The component's mean over the clean prompts and their positions.</summary>
    Mean,

    /// <summary>What it carries on another of the clean prompts.</summary>
    Resample,
}

/// <summary>Runs circuits on prompts: every edge outside the circuit is ablated.</summary>
public sealed class CircuitRunner : IDisposable
{
    const string Ablated = "ablated";

    readonly Model _model;
    readonly Recording _ablated;
    readonly Dictionary<string, Recording> _sources;

    /// <summary>A runner for one set of prompts and one kind of ablation.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="graph">The model's graph.</param>
    /// <param name="ablation">What edges outside a circuit carry.</param>
    /// <param name="seed">Of the draw, for <see cref="Ablation.Resample"/>.</param>
    public CircuitRunner(
        Model model, PromptSet prompts, ComponentGraph graph, Ablation ablation = Ablation.Counterfactual, ulong seed = 0)
    {
        (_model, Prompts) = (model, prompts);
        _ablated = AblatedOutputs.Of(model, prompts, graph, ablation, seed);
        _sources = new() { [Ablated] = _ablated };
    }

    /// <summary>The prompts.</summary>
    public PromptSet Prompts { get; }

    /// <summary>The plan that records what every component writes.</summary>
    public static Plan Outputs(ComponentGraph graph) =>
        new() { Record = [.. graph.Senders.Select(s => s.Output.Whole).Distinct()], LastLogitsOnly = true };

    /// <summary>The metric m(C) of each prompt when only the circuit's edges carry the clean run.</summary>
    public double[] Metric(Circuit circuit)
    {
        ILookup<Receiver, Node> cut = circuit.Complement.Edges.ToLookup(e => e.Target, e => e.Source);
        Plan plan = new()
        {
            Interventions = [.. cut.Select(c => new Reroute(c.Key.Input, [.. c.Select(source => source.Output)], Ablated))],
            LastLogitsOnly = true,
        };
        using Run run = _model.Run(Prompts.Clean, plan, _sources);
        return Prompts.Metric(run);
    }

    /// <inheritdoc/>
    public void Dispose() => _ablated.Dispose();
}

/// <summary>What every component writes under an ablation.</summary>
static class AblatedOutputs
{
    public static Recording Of(Model model, PromptSet prompts, ComponentGraph graph, Ablation ablation, ulong seed)
    {
        using Run run = model.Run(
            ablation == Ablation.Counterfactual ? prompts.Counterfactual : prompts.Clean, CircuitRunner.Outputs(graph));
        Recording outputs = new(prompts.Clean);
        foreach (Address address in run.Recording.Addresses)
            outputs.Set(address, ablation switch
            {
                Ablation.Counterfactual => run[address].Share(),
                Ablation.Zero => Tensor.Zeros(run[address].Shape),
                Ablation.Mean => Means.OverPrompts(run[address], prompts.Clean, run[address].Shape),
                _ => Resampling.OverPrompts(run[address], prompts.Clean, seed),
            });
        return outputs;
    }
}
