using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

public sealed class LensTests : IDisposable
{
    static readonly int[] Prompt = [3, 200, 17, 45, 9, 3];

    readonly Model _model = Made.Gpt2();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void At_the_last_depth_the_lens_reads_the_models_own_distribution()
    {
        IReadOnlyList<LensDepth> depths = Lens.Read(_model, Prompt, new LensRequest { Top = 3, Mid = true });
        using Run run = _model.Run(new TokenBatch([Prompt]));
        LensCell last = depths[^1].Cells[^1];
        Assert.Equal(run.Top(3), last.Top.Select(t => (t.Token, t.Logit)));
        Assert.All(depths[^1].Cells, cell => Assert.Equal((0, 1), (cell.KullbackLeibler, cell.Asked[0].Rank)));
        Assert.Equal(
            ["blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid", "blocks.1.hook_resid_pre", "blocks.1.hook_resid_mid",
                "blocks.2.hook_resid_pre", "blocks.2.hook_resid_mid", "blocks.2.hook_resid_post"],
            depths.Select(d => d.Site.ToString()));
    }

    [Theory]
    [InlineData("gemma2"), InlineData("gpt_neox"), InlineData("llama"), InlineData("tl_attn_only_random")]
    public void Norm_unembedding_and_soft_cap_are_the_models_own(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        Address last = Site.ResidPost.At(model.Config.NLayers - 1);
        using Run run = model.Run(new TokenBatch([[3, 20, 17], [5, 1]]), new Plan { Record = [last] });
        using Tensor logits = Lens.Logits(model, run[last]);
        Assert.Equal(run.Logits.Data.ToArray(), logits.Data.ToArray());
    }

    [Fact]
    public void Probabilities_ranks_entropy_and_divergence_are_those_of_the_logits()
    {
        int[] asked = [7, 9];
        IReadOnlyList<LensDepth> depths = Lens.Read(
            _model, Prompt, new LensRequest { Top = 256, Tokens = asked, Positions = new(-2, -1) });
        using Run run = _model.Run(new TokenBatch([Prompt]), new Plan { Record = [Site.ResidPre.At(1)] });
        using Tensor lens = Lens.Logits(_model, run[Site.ResidPre.At(1)]);
        foreach (LensCell cell in depths[1].Cells)
        {
            double[] q = Softmax(lens.Data.Slice(cell.Position * 256, 256)), p = Softmax(run.Logits.Data.Slice(cell.Position * 256, 256));
            Assert.Equal(-q.Sum(x => x * Math.Log(x)), cell.Entropy, 1e-4);
            Assert.Equal(p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum(), cell.KullbackLeibler, 1e-4);
            Assert.Equal(Enumerable.Range(1, 256), cell.Top.Select(t => t.Rank));
            Assert.Equal(q.OrderDescending().ToArray(), cell.Top.Select(t => t.Probability), (a, b) => Math.Abs(a - b) < 1e-6);
            Assert.All(cell.Asked.Zip(asked), pair => Assert.Equal(
                (pair.Second, 1 + q.Count(x => x > q[pair.Second])), (pair.First.Token, pair.First.Rank)));
        }
        Assert.Equal([4, 5], depths[1].Cells.Select(c => c.Position));
    }

    [Fact]
    public void An_untrained_tuned_lens_is_the_logit_lens()
    {
        using TunedLens tuned = new(3, 48);
        IReadOnlyList<LensDepth> logit = Lens.Read(_model, Prompt, new LensRequest());
        IReadOnlyList<LensDepth> same = Lens.Read(_model, Prompt, new LensRequest { Tuned = tuned });
        Assert.Equal(
            logit.SelectMany(d => d.Cells).SelectMany(c => c.Top), same.SelectMany(d => d.Cells).SelectMany(c => c.Top));
    }

    [Theory]
    [InlineData(6, 6), InlineData(-7, -1), InlineData(0, 6)]
    public void A_position_that_the_prompt_does_not_have_is_refused(int first, int last)
    {
        InputException fault = Assert.Throws<InputException>(() =>
            Lens.Read(_model, Prompt, new LensRequest { Positions = new(first, last) }));
        Assert.Contains("0..5", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_or_a_depth_that_is_not_there_is_refused()
    {
        using TunedLens tuned = new(3, 48);
        Assert.Throws<InputException>(() => Lens.Read(_model, Prompt, new LensRequest { Tokens = [256] }));
        Assert.Throws<InputException>(() => Lens.Read(_model, Prompt, new LensRequest { Mid = true, Tuned = tuned }));
    }

    static double[] Softmax(ReadOnlySpan<float> logits)
    {
        double[] exponentials = [.. logits.ToArray().Select(x => Math.Exp(x))];
        return [.. exponentials.Select(x => x / exponentials.Sum())];
    }
}
