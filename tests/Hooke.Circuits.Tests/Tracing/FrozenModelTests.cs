using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>Traced rows of every family and kind of transcoder held against the model itself, frozen and intervened on.</summary>
public sealed class FrozenModelTests
{
    // Effects are linear: of large changes, rounding leaves more digits.
    const float Times = 256;

    static readonly int[] Prompt = [3, 17, 5, 9, 23, 8, 30, 11, 4, 19, 2];

    public static TheoryData<string, string, string, bool, bool, int?> Cases => new()
    {
        { "gpt2", "mlp.hook_in", "mlp.hook_out", false, false, null },
        { "gpt2", "hook_resid_mid", "hook_mlp_out", true, false, null },
        { "gpt2", "hook_resid_pre", "hook_mlp_out", true, true, null },
        { "gpt2", "ln2.hook_normalized", "hook_mlp_out", true, false, 6 },
        { "gpt_neo_windows", "hook_mlp_in", "hook_mlp_out", false, false, null },
        { "gpt_neox", "ln2.hook_normalized", "hook_mlp_out", false, false, null },
        { "gpt_neox", "mlp.hook_in", "mlp.hook_out", true, true, null },
        { "gpt_neox_sequential", "mlp.hook_in", "hook_mlp_out", false, true, 5 },
        { "llama", "mlp.hook_in", "mlp.hook_out", false, true, 4 },
        { "llama_biases", "ln2.hook_normalized", "hook_mlp_out", true, false, null },
        { "llama3_rope", "hook_resid_mid", "hook_mlp_out", false, false, null },
        { "mistral", "mlp.hook_in", "hook_mlp_out", true, false, null },
        { "qwen2_windows", "ln2.hook_normalized", "hook_mlp_out", false, false, null },
        { "qwen3", "mlp.hook_in", "mlp.hook_out", true, false, null },
        { "gemma", "ln2.hook_normalized", "hook_mlp_out", false, true, null },
        { "gemma2", "ln2.hook_normalized", "hook_mlp_out", false, false, null },
        { "gemma2", "mlp.hook_in", "mlp.hook_out", true, true, null },
        { "gemma3_text", "mlp.hook_in", "hook_mlp_out", true, false, 8 },
        { "tl_parallel_mlp", "hook_resid_pre", "hook_mlp_out", false, false, null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rows_sum_to_the_pre_activation_and_to_the_logit(
        string folder, string reads, string writes, bool isCrossLayer, bool skips, int? k)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        using CoderSet coders = MadeTranscoders.Of(model.Config, reads, writes, isCrossLayer, skips, k);
        using LocalReplacement replacement = new(model, coders, Prompt);
        using FrozenModel frozen = new(replacement);
        AttributionGraph graph = Tracer.Trace(replacement, new()
        {
            Targets = [.. TraceTarget.Likeliest(replacement, 1, 4), TraceTarget.Difference(replacement, 3, 7)],
        });
        double[] logits = frozen.Logits;
        for (int node = 0; node < graph.Nodes.Count; node++)
        {
            TraceNode at = graph.Nodes[node];
            double size = Size(graph, node);
            if (at.Kind == TraceNodeKind.Latent)
                Assert.Equal(at.Value, graph.SumOf(node), 1e-4 * size);
            else if (at is { Kind: TraceNodeKind.Target, Index: >= 0 })
                Assert.Equal(logits[at.Index], graph.SumOf(node), 2e-4 * size);
            else if (at.Kind == TraceNodeKind.Target)
                Assert.Equal(logits[3] - logits[7], graph.SumOf(node), 2e-4 * size);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Edges_are_what_changing_a_latent_in_the_frozen_model_changes(
        string folder, string reads, string writes, bool isCrossLayer, bool skips, int? k)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        using CoderSet coders = MadeTranscoders.Of(model.Config, reads, writes, isCrossLayer, skips, k);
        using LocalReplacement replacement = new(model, coders, Prompt);
        using FrozenModel frozen = new(replacement);
        AttributionGraph graph = Tracer.Trace(replacement, new() { Targets = TraceTarget.Likeliest(replacement, 1, 3) });
        int found = 0;
        for (int source = 0; source < replacement.Latents.Count; source += 19)
        {
            (float[][] latents, double[] logits) = frozen.Effects((replacement.Latents[source], 1 + Times));
            double different = 0, size = 0;
            for (int node = 0; node < graph.Nodes.Count; node++)
            {
                TraceNode at = graph.Nodes[node];
                bool isCapped = model.Config.LogitSoftCap is not null; // a large change leaves nothing to see of a capped logit
                if (at.Kind != TraceNodeKind.Latent && (isCapped || at.Kind != TraceNodeKind.Target))
                    continue;
                double effect = at.Kind == TraceNodeKind.Target ? logits[at.Index]
                    : latents[at.Layer][(at.Position * coders.Coders[at.Layer].Config.NLatents) + at.Index];
                double edge = Weight(graph, node, source);
                (different, size) = (different + Math.Pow(edge - (effect / Times), 2), size + Math.Pow(effect / Times, 2));
            }
            Assert.True(Math.Sqrt(different) <= 1e-4 * Math.Sqrt(size), $"latent {source}: {Math.Sqrt(different / size)}");
            found += size > 0 ? 1 : 0;
        }
        Assert.True(found > 2);
    }

    [Theory]
    [InlineData("gpt2"), InlineData("gpt_neox"), InlineData("gemma2")]
    public void The_frozen_model_is_linear_in_the_latents(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        using CoderSet coders = MadeTranscoders.Of(model.Config, "mlp.hook_in", "hook_mlp_out", isCrossLayer: true, skips: true);
        using LocalReplacement replacement = new(model, coders, Prompt);
        using FrozenModel frozen = new(replacement);
        (ActiveLatent a, ActiveLatent b) = (replacement.Latents[1], replacement.Latents[^40]);
        (float[][] both, double[] logitsOfBoth) = frozen.Effects((a, 3), (b, -2));
        (float[][] first, double[] logitsOfFirst) = frozen.Effects((a, 3));
        (float[][] second, double[] logitsOfSecond) = frozen.Effects((b, -2));
        (float[][] half, _) = frozen.Effects((a, 2));
        Assert.True(Made.Difference(logitsOfBoth, logitsOfFirst.Zip(logitsOfSecond, (x, y) => x + y)) < 1e-4);
        for (int layer = a.Layer + 1; layer < both.Length; layer++)
        {
            Assert.True(Made.Difference(both[layer].Select(x => (double)x), first[layer].Zip(second[layer], (x, y) => (double)x + y)) < 1e-4);
            Assert.True(Made.Difference(half[layer].Select(x => 2.0 * x), first[layer].Select(x => (double)x)) < 1e-4);
        }
    }

    static double Weight(AttributionGraph graph, int target, int source)
    {
        int at = graph.SourcesOf(target).IndexOf(source);
        return at < 0 ? 0 : graph.WeightsOf(target)[at];
    }

    static double Size(AttributionGraph graph, int node)
    {
        double size = 0;
        foreach (float weight in graph.WeightsOf(node))
            size += (double)weight * weight;
        return Math.Sqrt(size);
    }
}
