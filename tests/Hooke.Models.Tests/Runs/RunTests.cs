using Hooke.Tensors;

namespace Hooke.Models.Tests.Runs;

public sealed class RunTests
{
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("gpt_neox")]
    [InlineData("gemma3_text")]
    [InlineData("transformer_lens")]
    public void A_prompt_in_a_padded_batch_has_bit_for_bit_the_logits_it_has_alone(string family)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, 3, 8, 1, 5);
        using Run together = model.Run(tokens);
        using Run last = model.Run(tokens, new Plan { LastLogitsOnly = true });
        for (int b = 0; b < tokens.Count; b++)
        {
            using Run alone = model.Run(new TokenBatch([tokens.Prompt(b).ToArray()]));
            int size = tokens.Lengths[b] * 11;
            Assert.Equal(alone.Logits.Data.ToArray(), together.Logits.Data.Slice(b * 8 * 11, size).ToArray());
            Assert.Equal(alone.LastLogits(0).ToArray(), together.LastLogits(b).ToArray());
            Assert.Equal(alone.LastLogits(0).ToArray(), last.LastLogits(b).ToArray());
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("gpt_neox")]
    [InlineData("gemma3_text")]
    [InlineData("transformer_lens")]
    public void Recording_everything_does_not_change_a_bit_of_the_logits(string family)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, 3, 8);
        using Run plain = model.Run(tokens);
        using Run all = model.Run(tokens, new Plan { Record = TinyModels.Everything(model.Config) });
        Assert.Equal(plain.Logits.Data.ToArray(), all.Logits.Data.ToArray());
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("gpt_neox")]
    [InlineData("gemma3_text")]
    [InlineData("transformer_lens")]
    public void Heads_that_read_streams_of_their_own_give_the_same_numbers(string family)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, 3, 8);
        Address[] shared = [.. TinyModels.Everything(model.Config, perHeadStreams: true)
            .Where(a => a.Site != Site.QInput && a.Site != Site.KInput && a.Site != Site.VInput)];
        using Run plain = model.Run(tokens, new Plan { Record = shared });
        using Run split = model.Run(tokens,
            new Plan { Record = TinyModels.Everything(model.Config, perHeadStreams: true) });
        // Products of another shape: the same sums of eight terms, in float32.
        foreach (Address address in shared)
            Assert.True(Reference.Difference(split[address].Data, plain[address].Data) < 1e-6, $"{address}");
        for (int layer = 0; layer < model.Config.NLayers; layer++)
            foreach (Site site in new[] { Site.QInput, Site.KInput, Site.VInput })
                for (int i = 0; i < split[site.At(layer)].Data.Length; i++)
                {
                    int heads = model.Config.NHeads;
                    Assert.Equal(split[Site.ResidPre.At(layer)].Data[(i / (heads * 8) * 8) + (i % 8)],
                        split[site.At(layer)].Data[i]);
                }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("gpt_neox")]
    [InlineData("gemma3_text")]
    [InlineData("transformer_lens")]
    public void A_run_from_a_layers_residual_stream_is_the_rest_of_the_whole_run(string family)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, 3, 8);
        Address[] late = [.. TinyModels.Everything(model.Config).Where(a => a.Layer == 1)];
        Intervention[] edits = [new ZeroAblate(Site.Z.At(1).AtHead(1).AtPosition(-1))];
        using Run whole = model.Run(tokens, new Plan { Record = late, Interventions = edits });
        using Run rest = model.RunFrom(1, whole[Site.ResidPre.At(1)], tokens,
            new Plan { Record = late, Interventions = edits });
        Assert.Equal(whole.Logits.Data.ToArray(), rest.Logits.Data.ToArray());
        Assert.All(late, a => Assert.Equal(whole[a].Data.ToArray(), rest[a].Data.ToArray()));
        Assert.Contains("comes before layer 1", Assert.Throws<InputException>(() => model.RunFrom(
            1, whole[Site.ResidPre.At(1)], tokens, new Plan { Record = [Site.MlpOut.At(0)] })).Message,
                StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() =>
            model.RunFrom(1, whole[Site.ResidPre.At(1)], TinyModels.Batch(1, 3, 7), Plan.Empty));
    }

    [Theory]
    [InlineData("gpt2", false)]
    [InlineData("llama", false)]
    [InlineData("gpt2", true)]
    [InlineData("llama", true)]
    [InlineData("gpt_neox", false)]
    [InlineData("gemma3_text", false)]
    [InlineData("transformer_lens", false)]
    [InlineData("gpt_neox", true)]
    [InlineData("gemma3_text", true)]
    [InlineData("transformer_lens", true)]
    public void The_gradient_at_every_site_is_the_slope_of_adding_there(string family, bool perHeadStreams)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, 4);
        Address[] sites = [.. TinyModels.Everything(model.Config, perHeadStreams).Where(a =>
            a.Site.Shape != SiteShape.Pattern)];
        (Run run, Recording gradients) = model.RunWithGradients(tokens,
            new Plan { Record = sites, LastLogitsOnly = false }, Seed);
        Draws draws = new Rng(9).Draw();
        using (run)
        using (gradients)
            foreach (Address site in sites)
            {
                int width = run[site].Shape[^1], position = draws.Below(4), heads = run[site].Shape.Rank == 4
                    ? run[site].Shape[2] : 1;
                int head = draws.Below(heads);
                float[] direction = [.. Enumerable.Range(0, width).Select(_ => (float)(draws.Uniform() - 0.5))];
                Address at = new(site.Site, site.Layer, site.Site.HasHeads ? head : null,
                    new PositionRange(position, position));
                double slope = (Metric(model, tokens, at, direction, Step) - Metric(model, tokens, at, direction,
                    -Step)) / (2 * Step);
                double expected = 0;
                for (int i = 0; i < width; i++)
                    expected += gradients[site].Data[((((position * heads) + head) * width)) + i] * direction[i];
                // Logits of size 10 are rounded to 1e-6, slopes to 1e-6/Step = 5e-4; the cubic term is of order Step².
                Assert.True(Math.Abs(slope - expected) < 3e-3 + (0.01 * Math.Abs(slope)),
                    $"{at}: slope {slope:g4}, gradient {expected:g4}");
            }
    }

    const float Step = 2e-3f;

    static double Metric(Model model, TokenBatch tokens, Address at, float[] direction, float strength)
    {
        using Run run = model.Run(tokens, new Plan { Interventions = [new Add(at, direction, strength)] });
        return (double)run.LastLogits(0)[3] - run.LastLogits(0)[5];
    }

    static Tensor Seed(Run run)
    {
        Tensor seed = Tensor.Zeros(run.Logits.Shape);
        int last = run.Logits.Data.Length - 11;
        (seed.Data[last + 3], seed.Data[last + 5]) = (1, -1);
        return seed;
    }
}
