using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class SweepTests : IDisposable
{
    readonly Model _model = Made.Tiny();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_sweeps_values_are_bit_for_bit_those_of_full_runs_with_one_patch_each()
    {
        PromptSet prompts = Made.Prompts(_model, [5, 3, 8, 5], seed: 1);
        using Sweep sweep = new(_model, prompts);
        (int layers, int heads) = (_model.Config.NLayers, _model.Config.NHeads);
        foreach ((Site site, double[][] values) in new[]
            { (Site.ResidPre, sweep.Residual()), (Site.AttnOut, sweep.AttentionOutput()),
                (Site.MlpOut, sweep.MlpOutput()) })
            Assert.Equal(
                from layer in Enumerable.Range(0, layers)
                from position in Enumerable.Range(0, 8)
                select Restored(prompts, site.At(layer).AtPosition(position)),
                values.SelectMany(v => v));
        Assert.Equal(
            from layer in Enumerable.Range(0, layers)
            from head in Enumerable.Range(0, heads)
            select Restored(prompts, Site.Z.At(layer).AtHead(head)),
            sweep.Heads().SelectMany(v => v));
    }

    [Fact]
    public void Variants_that_do_not_fit_one_batch_give_the_same_values()
    {
        // 700 prompts of 8 positions are more rows than one batch of variants takes.
        PromptSet few = Made.Prompts(_model, [8, 8], seed: 2);
        PromptSet many = new(few.Clean.Repeat(350), few.Counterfactual.Repeat(350),
            [.. Enumerable.Range(0, 700).Select(i => (few.Answers(i % 2).ToArray(), few.Foils(i % 2).ToArray()))]);
        using Sweep small = new(_model, few), large = new(_model, many);
        foreach ((double expected, double found) in small.Heads().SelectMany(v =>
            v).Zip(large.Heads().SelectMany(v => v)))
            Assert.Equal(expected, found, 1e-10); // means over 2 and over 700 doubles
    }

    [Fact]
    public void Patching_the_whole_residual_stream_restores_everything_and_the_last_position_of_the_last_logits_too()
    {
        PromptSet prompts = Made.Prompts(_model, [6, 4], seed: 3);
        using Run clean = _model.Run(prompts.Clean, new Plan { Record = [Site.ResidPre.At(1)] });
        using Run patched = _model.Run(
            prompts.Counterfactual, new Plan { Interventions = [new Patch(Site.ResidPre.At(1), "clean")] },
            new Dictionary<string, Recording> { ["clean"] = clean.Recording });
        for (int i = 0; i < prompts.Count; i++)
            Assert.Equal(clean.LastLogits(i).ToArray(), patched.LastLogits(i).ToArray());
    }

    [Fact]
    public void Clean_and_counterfactual_prompts_of_one_metric_are_refused()
    {
        TokenBatch same = new([[1, 2, 3]]);
        PromptSet prompts = new(same, same, [([4], [5])]);
        string refusal = Assert.Throws<InputException>(() => new Sweep(_model, prompts)).Message;
        Assert.Contains("nothing to patch", refusal, StringComparison.Ordinal);
    }

    double Restored(PromptSet prompts, Address place)
    {
        using Run clean = _model.Run(prompts.Clean, new Plan { Record = [place.Whole] });
        using Run corrupt = _model.Run(prompts.Counterfactual);
        using Run patched = _model.Run(
            prompts.Counterfactual, new Plan { Interventions = [new Patch(place, "clean")] },
            new Dictionary<string, Recording> { ["clean"] = clean.Recording });
        (double to, double from) = (prompts.Metric(clean).Average(), prompts.Metric(corrupt).Average());
        return (prompts.Metric(patched).Average() - from) / (to - from);
    }
}
