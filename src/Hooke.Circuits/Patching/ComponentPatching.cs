using Hooke.Models;

namespace Hooke.Circuits;

/// <summary>
/// Real patching of whole components, no gradient: for each head and MLP the share of the behaviour that is lost when its
/// output on the clean prompts is replaced by the counterfactual's.
/// </summary>
public static class ComponentPatching
{
    const string Other = "counterfactual";

    /// <summary>(m(clean) − m(patched)) / (m(clean) − m(counterfactual)) for every head and MLP.</summary>
    public static IReadOnlyDictionary<Node, double> Losses(Model model, PromptSet prompts, ComponentGraph graph)
    {
        using Run counterfactual = model.Run(prompts.Counterfactual, CircuitRunner.Outputs(graph));
        using Variants variants = new(
            model, prompts.Clean, new Dictionary<string, Recording> { [Other] = counterfactual.Recording });
        double from = prompts.Metric(variants.Base).Average(), to = prompts.Metric(counterfactual).Average();
        Node[] components = [.. graph.Senders.Where(s => s.Kind != ComponentKind.Input)];
        double[] patched = variants.Run(
            [.. components.Select(c => (Intervention[])[new Patch(c.Output, Other)])], run => prompts.Metric(run).Average(),
            prompts.ReadTokens);
        return components.Zip(patched).ToDictionary(pair => pair.First, pair => (from - pair.Second) / (from - to));
    }

    /// <summary>The metric of each prompt when components' outputs are another run's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The prompts that are run: the set's clean or counterfactual ones.</param>
    /// <param name="components">Heads and MLPs.</param>
    /// <param name="from">The other run, on prompts of the same lengths.</param>
    /// <param name="prompts">The set, for its metric.</param>
    public static double[] Patched(
        Model model, TokenBatch tokens, IEnumerable<Node> components, Recording from, PromptSet prompts)
    {
        Plan plan = new()
        {
            Interventions = [.. components.Select(c => new Patch(c.Output, Other))],
            LastLogitsOnly = true,
        };
        using Run run = model.Run(tokens, plan, new Dictionary<string, Recording> { [Other] = from });
        return prompts.Metric(run);
    }
}
