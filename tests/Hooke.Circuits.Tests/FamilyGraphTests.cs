using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>Graphs of models whose blocks are not those of GPT-2.</summary>
public sealed class FamilyGraphTests
{
    static readonly int[] Answer = [1], Foil = [2];

    [Fact]
    public void Beside_its_heads_an_MLP_does_not_read_them()
    {
        using Model model = Model.Load(Fixtures.Golden("gpt_neox"));
        ComponentGraph graph = new(model.Config);
        Assert.DoesNotContain(graph.Edges, e => e.Target.Node.Kind == ComponentKind.Mlp && e.Source.Layer == e.Target.Node.Layer
            && e.Source.Kind == ComponentKind.Head);
        Assert.Contains(graph.Edges, e => e.ToString() == "a0.h1->m1");
        Assert.Contains(graph.Edges, e => e.ToString() == "m0->a1.h2<k>");
        Assert.Contains(graph.Edges, e => e.ToString() == "a2.h3->logits");
    }

    [Theory]
    [InlineData("gpt_neox"), InlineData("gpt_neox_sequential"), InlineData("tl_attn_only_random"), InlineData("mistral"), InlineData("qwen3")]
    public void All_edges_are_the_model_and_none_is_the_counterfactual(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        PromptSet prompts = Made.Prompts(model, [9, 11], 4);
        ComponentGraph graph = new(model.Config);
        using CircuitRunner runner = new(model, prompts, graph);
        using Run clean = model.Run(prompts.Clean, new Plan { LastLogitsOnly = true });
        using Run counterfactual = model.Run(prompts.Counterfactual, new Plan { LastLogitsOnly = true });
        Assert.True(Made.Difference(runner.Metric(graph.Whole), prompts.Metric(clean)) < 1e-5);
        Assert.True(Made.Difference(runner.Metric(graph.Empty), prompts.Metric(counterfactual)) < 1e-4); // sums of many differences
    }

    // The metric is a function of every edge; with steps between the two ends, small edges' scores are their true effects.
    [Theory]
    [InlineData("gpt_neox"), InlineData("tl_attn_only_random")]
    public void An_edge_s_score_is_what_cutting_it_costs_where_that_is_small(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        PromptSet prompts = Near(Made.Prompts(model, [9], 4));
        ComponentGraph graph = new(model.Config);
        float[] scores = EdgeAttribution.Patching(model, prompts, graph);
        using CircuitRunner runner = new(model, prompts, graph);
        double whole = runner.Metric(graph.Whole).Average();
        int[] some = [.. Enumerable.Range(0, graph.Edges.Count).Where(i => graph.Edges[i].Target.Node.Kind == ComponentKind.Logits)];
        Assert.NotEmpty(some);
        double[] effects = [.. some.Select(i => whole - runner.Metric(graph.Whole.Without(i)).Average())];
        // Into the logits there is the final norm alone, which is nearly linear: the order of effects is that of the scores.
        int largest = Array.IndexOf(effects, effects.MaxBy(Math.Abs));
        Assert.Equal(Math.Sign(effects[largest]), Math.Sign(scores[some[largest]]));
        Assert.True(Made.Difference(some.Select(i => (double)scores[i]), effects) < 0.5);
    }

    [Fact]
    public void Heads_that_write_through_a_norm_have_no_edges_of_their_own()
    {
        using Model model = Model.Load(Fixtures.Golden("gemma2"));
        Assert.Contains("gemma2", Assert.Throws<InputException>(() => new ComponentGraph(model.Config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_attention_only_is_swept_without_MLPs()
    {
        using Model model = Model.Load(Fixtures.Golden("tl_attn_only_random"));
        using Sweep sweep = new(model, Made.Prompts(model, [6], 3));
        Assert.Equal((2, 4), (sweep.Heads().Length, sweep.Heads()[0].Length));
        Assert.Contains("attention only", Assert.Throws<InputException>(sweep.MlpOutput).Message, StringComparison.Ordinal);
    }

    // The counterfactual differs from the clean prompt at one token in the middle.
    static PromptSet Near(PromptSet prompts)
    {
        int[] other = prompts.Clean.Prompt(0).ToArray();
        other[4] = (other[4] + 1) % 40;
        return new(prompts.Clean, new TokenBatch([other]), [(Answer, Foil)]);
    }
}
