using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

public sealed class AttributionPatchingTests
{
    // Float32 gradients through three layers, times differences of float32 activations: at the last layer a single position
    // has an estimate, and what cancels in its sum keeps the error of its terms.
    const double Tolerance = 5e-5;

    static readonly (Site Site, string Name)[] Layered =
    [
        (Site.ResidPre, "hook_resid_pre"), (Site.ResidMid, "hook_resid_mid"), (Site.ResidPost, "hook_resid_post"),
        (Site.AttnOut, "hook_attn_out"), (Site.MlpOut, "hook_mlp_out"), (Site.MlpPost, "mlp.hook_post"),
        (Site.Q, "attn.hook_q"), (Site.K, "attn.hook_k"), (Site.V, "attn.hook_v"), (Site.Z, "attn.hook_z"),
        (Site.Result, "attn.hook_result"), (Site.Pattern, "attn.hook_pattern"),
    ];

    [Fact]
    public void Estimates_are_upstreams_at_every_site()
    {
        using Model model = Made.Gpt2();
        using SafetensorsFile upstream = SafetensorsFile.Open(Fixtures.Golden("gpt2", "tl_patching.safetensors"));
        PromptSet prompts = new(Made.Tokens(upstream, "clean_ids"), Made.Tokens(upstream, "corrupt_ids"), [([7], [9])]);
        using AttributionPatching found = new(model, prompts, [.. Layered.Select(s => s.Site), Site.Embed]);
        foreach ((Site site, string name) in Layered)
        {
            Grain grain = site.HasHeads ? Grain.PositionAndUnit : Grain.Position;
            double[][] estimates = found.Estimates(site, grain);
            for (int layer = 0; layer < model.Config.NLayers; layer++)
                AssertSame($"blocks.{layer}.{name}", estimates[layer], site == Site.Pattern
                    ? Transposed(Made.Read(upstream, $"attribution.blocks.{layer}.{name}"), rows: model.Config.NHeads)
                    : Made.Read(upstream, $"attribution.blocks.{layer}.{name}"));
        }
        AssertSame("hook_embed", found.Estimates(Site.Embed, Grain.Position)[0], Made.Read(upstream, "attribution.hook_embed"));
    }

    [Fact]
    public void Coarser_places_are_the_sums_of_finer_ones()
    {
        using Model model = Made.TinyLlama(keyHeads: 1);
        PromptSet prompts = Made.Prompts(model, [5, 3, 8], seed: 3);
        using AttributionPatching found = new(model, prompts, Site.Z, Site.MlpPost, Site.K);
        foreach ((Site site, int units) in new[] { (Site.Z, 2), (Site.MlpPost, 16), (Site.K, 1) })
            for (int layer = 0; layer < 2; layer++)
            {
                double[][] fine = [.. found.Estimates(site, Grain.PositionAndUnit)[layer].Chunk(units)];
                Assert.Equal(8, fine.Length);
                AssertNear(fine.Select(f => f.Sum()), found.Estimates(site, Grain.Position)[layer]);
                AssertNear(Enumerable.Range(0, units).Select(u => fine.Sum(f => f[u])), found.Estimates(site, Grain.Unit)[layer]);
            }
    }

    [Fact]
    public void What_the_metric_reads_directly_is_estimated_as_patching_measures_it()
    {
        // The metric is the logit difference: at the last layer's MLP only the final norm stands between, which is held here.
        using Model model = Made.Tiny();
        PromptSet prompts = Made.Prompts(model, [6], seed: 5);
        using Run clean = model.Run(prompts.Clean, new Plan { Record = [Site.MlpOut.At(1)], LastLogitsOnly = true });
        using Run other = model.Run(prompts.Counterfactual, new Plan { Record = [Site.MlpOut.At(1)], LastLogitsOnly = true });
        double unit = prompts.Metric(clean)[0] - prompts.Metric(other)[0];
        using AttributionPatching found = new(model, prompts, Site.MlpOut);
        const float Share = 1e-3f; // a small step of the way, so that the norm is as good as linear
        using Recording step = new(prompts.Clean);
        Tensor value = other[Site.MlpOut.At(1)].Clone();
        for (int i = 0; i < value.Data.Length; i++)
            value.Data[i] += Share * (clean[Site.MlpOut.At(1)].Data[i] - value.Data[i]);
        step.Set(Site.MlpOut.At(1), value);
        using Run moved = model.Run(prompts.Counterfactual,
            new Plan { Interventions = [new Patch(Site.MlpOut.At(1), "step")], LastLogitsOnly = true },
            new Dictionary<string, Recording> { ["step"] = step });
        double slope = (prompts.Metric(moved)[0] - prompts.Metric(other)[0]) / (Share * unit);
        double estimate = found.Estimates(Site.MlpOut, Grain.Position)[1].Sum();
        Assert.Equal(estimate, slope, 2e-2 * Math.Abs(estimate)); // the metric's float32 error over a step of 1e-3
    }

    [Fact]
    public void Equal_metrics_and_places_past_the_last_layer_are_refused()
    {
        using Model model = Made.Tiny();
        PromptSet prompts = Made.Prompts(model, [6], seed: 5);
        PromptSet same = new(prompts.Clean, prompts.Clean, [([1], [2])]);
        Assert.Contains("nothing to attribute", Assert.Throws<InputException>(
            () => new AttributionPatching(model, same, Site.Z)).Message, StringComparison.Ordinal);
        Assert.Contains("ln_final.hook_scale comes after", Assert.Throws<InputException>(
            () => new AttributionPatching(model, prompts, Site.LnFinalScale)).Message, StringComparison.Ordinal);
        using AttributionPatching found = new(model, prompts, Site.Z);
        Assert.Contains("blocks.0.attn.hook_v", Assert.Throws<InputException>(
            () => found.Estimates(Site.V, Grain.Unit)).Message, StringComparison.Ordinal);
    }

    static void AssertSame(string name, double[] found, float[] expected)
    {
        double difference = Made.Difference(found, expected.Select(v => (double)v));
        Assert.True(difference <= Tolerance, $"{name} differs by {difference:g3}");
    }

    static void AssertNear(IEnumerable<double> a, IEnumerable<double> b) =>
        Assert.All(a.Zip(b), pair => Assert.Equal(pair.First, pair.Second, 1e-12 * (1 + Math.Abs(pair.First))));

    static float[] Transposed(float[] matrix, int rows)
    {
        int columns = matrix.Length / rows;
        return [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[(i % rows * columns) + (i / rows)])];
    }
}
