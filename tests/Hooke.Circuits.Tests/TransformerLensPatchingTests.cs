using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>The same activation patching results and gradients as transformer_lens.patching.</summary>
public sealed class TransformerLensPatchingTests : IDisposable
{
    // Quotients of differences of logits: float32 rounding (2e-5 of the logits between upstream's own two
    // implementations) divided by a difference of a few nats.
    const double Tolerance = 1e-4;

    // Float32 through three layers and back; upstream's order of sums is another.
    const double GradientTolerance = 1e-5;

    readonly Model _model = Made.Gpt2();
    readonly SafetensorsFile _upstream = SafetensorsFile.Open(Fixtures.Golden("gpt2", "tl_patching.safetensors"));
    readonly PromptSet _prompts;

    public TransformerLensPatchingTests() => _prompts = new(
        Made.Tokens(_upstream, "clean_ids"), Made.Tokens(_upstream, "corrupt_ids"), [([7], [9])]);

    public void Dispose()
    {
        _model.Dispose();
        _upstream.Dispose();
    }

    [Fact]
    public void Sweeps_restore_what_upstreams_activation_patching_restores()
    {
        using Sweep sweep = new(_model, _prompts);
        AssertValues("resid_pre", sweep.Residual().SelectMany(layer => layer));
        AssertValues("attn_out", sweep.AttentionOutput().SelectMany(layer => layer));
        AssertValues("mlp_out", sweep.MlpOutput().SelectMany(layer => layer));
        AssertValues("attn_head_out_all_pos", sweep.Heads().SelectMany(layer => layer));
    }

    [Fact]
    public void Patches_of_heads_restore_what_upstreams_restore_at_all_positions_and_at_each()
    {
        foreach ((Site site, string name) in new[]
            { (Site.Q, "q"), (Site.K, "k"), (Site.V, "v"), (Site.Pattern, "pattern"), (Site.Z, "out") })
            AssertValues($"attn_head_{name}_all_pos",
                Restored(from layer in Layers() from head in Heads() select site.At(layer).AtHead(head)));
        foreach ((Site site, string name) in new[] { (Site.V, "v"), (Site.Z, "out") })
            AssertValues($"attn_head_{name}_by_pos", Restored(
                from layer in Layers()
                from position in Enumerable.Range(0, _prompts.Clean.Positions)
                from head in Heads()
                select site.At(layer).AtHead(head).AtPosition(position)));
        AssertValues("resid_mid", Restored(
            from layer in Layers()
            from position in Enumerable.Range(0, _prompts.Clean.Positions)
            select Site.ResidMid.At(layer).AtPosition(position)));
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("corrupt")]
    public void Gradients_of_the_metric_at_every_site_are_upstreams(string run)
    {
        float[] differences = Made.Read(_upstream, "logit_diff_clean_corrupt"); // [clean, corrupt]
        float scale = 1 / (differences[0] - differences[1]);
        string[] names = [.. _upstream.Entries.Select(e => e.Name).Where(n =>
            n.StartsWith($"grad_{run}.", StringComparison.Ordinal))];
        Assert.True(names.Length > 30);
        Address[] addresses = [.. names.Select(n => Address.Parse(n[$"grad_{run}.".Length..]))];
        (Run found, Recording gradients) = _model.RunWithGradients(
            run == "clean" ? _prompts.Clean : _prompts.Counterfactual,
            new Plan { Record = addresses, LastLogitsOnly = true }, _prompts.MetricGradient);
        using (found)
        using (gradients)
            foreach ((string name, Address address) in names.Zip(addresses))
            {
                double difference = Made.Difference(
                    gradients[address].Data.ToArray().Select(g => (double)g * scale),
                        Made.Read(_upstream, name).Select(v => (double)v));
                Assert.True(difference <= GradientTolerance, $"{name} differs by {difference:g3}");
            }
    }

    IEnumerable<int> Layers() => Enumerable.Range(0, _model.Config.NLayers);

    IEnumerable<int> Heads() => Enumerable.Range(0, _model.Config.NHeads);

    // Each place on a run of its own, by the same patch as a user writes it.
    List<double> Restored(IEnumerable<Address> places)
    {
        Address[] all = [.. places];
        using Run clean = _model.Run(_prompts.Clean,
            new Plan { Record = [.. all.Select(a => a.Whole).Distinct()], LastLogitsOnly = true });
        using Run corrupt = _model.Run(_prompts.Counterfactual, new Plan { LastLogitsOnly = true });
        (double to, double from) = (_prompts.Metric(clean)[0], _prompts.Metric(corrupt)[0]);
        Dictionary<string, Recording> sources = new() { ["clean"] = clean.Recording };
        List<double> restored = [];
        foreach (Address place in all)
        {
            Plan plan = new() { Interventions = [new Patch(place, "clean")], LastLogitsOnly = true };
            using Run run = _model.Run(_prompts.Counterfactual, plan, sources);
            restored.Add((_prompts.Metric(run)[0] - from) / (to - from));
        }
        return restored;
    }

    void AssertValues(string name, IEnumerable<double> values)
    {
        double difference = Made.Difference(values, Made.Read(_upstream, $"act_patch.{name}").Select(v => (double)v));
        Assert.True(difference <= Tolerance, $"{name} differs by {difference:g3}");
    }
}
