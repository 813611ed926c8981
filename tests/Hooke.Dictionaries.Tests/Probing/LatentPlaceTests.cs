using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Latents changed in a model: clamped, exchanged, and chosen for it.</summary>
public sealed class LatentPlaceTests : IDisposable
{
    const int Width = 48;

    static readonly int[][] Prompts = [[5, 9, 200, 31, 7, 8], [1, 2, 3], [4, 4, 77, 12]];

    readonly Model _model = Model.Load(Fixtures.Golden("gpt2"));

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("blocks.1.hook_resid_pre"), InlineData("blocks.2.hook_mlp_out"), InlineData("blocks.0.hook_resid_post")]
    public void Latents_set_to_what_they_were_change_no_byte(string site)
    {
        using SparseCoder coder = Made.Coder(CoderKind.TopK, Width, 96, 7);
        LatentPlace place = new(_model, coder, site);
        using PlainRun plain = place.Plain(new TokenBatch(Prompts));
        using Run run = place.Run(plain, plain.Latents, plain.Latents);
        Assert.Equal(plain.Run.Logits.Data, run.Logits.Data);
        using LatentRows rows = place.Rows(Prompts, [5, 0, 3]);
        using Run recorded = _model.Run(new TokenBatch(Prompts), new Plan { Record = [Address.Parse(site)] });
        Assert.Equal(recorded[Address.Parse(site)].Data.Slice(6 * Width, Width).ToArray().Select(value => (double)value),
            rows.Activations([1]).Row(0).ToArray());
    }

    /// <summary>The same as a run patched by hand with x + decode(after) − decode(before), computed in the test.</summary>
    [Fact]
    public void Changed_latents_move_the_activation_by_what_they_write_and_leave_the_error()
    {
        using SparseCoder coder = Made.Coder(CoderKind.TopK, Width, 96, 7, isTranscoder: true, skips: true);
        LatentPlace place = new(_model, coder, "blocks.1.hook_resid_mid", "blocks.1.hook_mlp_out");
        using PlainRun plain = place.Plain(new TokenBatch(Prompts));
        using Run run = place.Run(plain, plain.Latents, plain.Latents.Select((i, value) => i % 2 == 0 ? -value : value));
        Tensor x = plain.Run[place.Writes].Clone();
        for (int row = 0; row < plain.Latents.Rows; row++)
            for (int at = 0; at < plain.Latents.LatentsOf(row).Length; at++)
                for (int j = 0; plain.Latents.LatentsOf(row)[at] % 2 == 0 && j < Width; j++)
                    x.Data[(row * Width) + j] -= 2 * plain.Latents.ValuesOf(row)[at]
                        * coder.Weights.Decoders[0].Weight.Data[(plain.Latents.LatentsOf(row)[at] * Width) + j];
        using Recording patch = new(plain.Run.Tokens);
        patch.Set(place.Writes, x);
        using Run expected = _model.Run(plain.Run.Tokens, new Plan { Interventions = [new Patch(place.Writes, "x")], LastLogitsOnly = true },
            new Dictionary<string, Recording> { ["x"] = patch });
        for (int i = 0; i < expected.Logits.Shape.Count; i++)
            Assert.Equal(expected.Logits.Data[i], run.Logits.Data[i], 1e-4f);
        Assert.NotEqual(plain.Run.Logits.Data.ToArray(), run.Logits.Data.ToArray());
    }

    /// <summary>A latent that fires on one token alone, which only the text to forget holds.</summary>
    [Fact]
    public void Unlearning_chooses_the_latent_of_the_text_and_clamps_it_where_it_fires()
    {
        using SparseCoder coder = OfPositions(2, 3);
        LatentPlace place = new(_model, coder);
        int[][] retained = [[5, 9, 7, 31], [1, 2, 3]];
        IReadOnlyList<PlainRun> forget = place.Plain([Prompts[0]]), retain = place.Plain(retained);
        Unlearning unlearning = new(place, forget, retain);
        LatentActivity activity = LatentActivity.Of(forget), kept = LatentActivity.Of(retain);
        Assert.Equal([1.0 / 6, 1.0 / 6], activity.Shares);
        Assert.Equal([0, 1.0 / 7], kept.Shares);
        Assert.Equal([0], unlearning.Chosen(new ClampSetting(0.01, 5, 1)));
        Assert.Equal([0, 1], unlearning.Chosen(new ClampSetting(0.2, 5, 1)));

        Question asked = new(Prompts[0], [forget[0].Run.Top(1)[0].Token]);
        Question[] others = [.. retained.Select((prompt, i) => new Question(prompt, [retain[0].Run.Top(1, i)[0].Token]))];
        Assert.Equal([true], unlearning.Answers(forget, [asked], null));
        Assert.Equal([false], unlearning.Answers(forget, [asked], new ClampSetting(0.01, 1, 400)));
        Assert.Equal([true, true], unlearning.Answers(retain, others, new ClampSetting(0.01, 1, 400)));
    }

    /// <summary>Answers are those of the model with two of six latents exchanged: learning has to find just these.</summary>
    [Fact]
    public void A_mask_is_found_that_was_planted()
    {
        using SparseCoder coder = Spread(latents: 6);
        LatentPlace place = new(_model, coder, "blocks.1.hook_resid_pre");
        bool[] planted = [true, false, false, true, false, false];
        Disentanglement test = new(place);
        LatentSwap[] swaps = [.. Enumerable.Range(0, 64).Select(i => new LatentSwap(
            [3 + i, 40 + i, 9], [90 + i, 170 - i, 30], From: 1, Answer: -1, IsCause: i % 2 == 0))];
        swaps = [.. swaps.Select(swap => swap with { Answer = AnswerOf(place, swap, planted) })];
        Assert.All(test.Answers(swaps, planted), Assert.True);
        Assert.Contains(false, test.Answers(swaps, [true, true, true, true, true, true]));
        Assert.Contains(false, test.Answers(swaps, new bool[6]));
        Assert.Equal(planted, test.Learn(swaps, new MaskSettings(1, Steps: 40, Batch: 32)));
    }

    [Fact]
    public void Baselines_are_what_they_are_called()
    {
        CoderSite site = new("blocks.1.hook_resid_pre", Width);
        Tensor x = Made.Normal(new Rng(9), 200, Width);
        for (int r = 0; r < 200; r++)
            x.Data[r * Width] = (5 * x.Data[(r * Width) + 1]) + 3;
        using SparseCoder neurons = BaselineCoders.Neurons(site), components = BaselineCoders.PrincipalComponents(site, x);
        using SparseCoder random = BaselineCoders.RandomDirections(site, x, 96, 7, seed: 1), same = BaselineCoders.RandomDirections(site, x, 96, 7, 1);
        using Tensor own = neurons.Encode(x), rotated = components.Reconstruct(x);
        Assert.Equal(x.Data, own.Data);
        for (int i = 0; i < x.Shape.Count; i++)
            Assert.Equal(x.Data[i], rotated.Data[i], 1e-4f);
        ReadOnlySpan<float> first = components.Weights.Decoders[0].Weight.Data[..Width];
        Assert.Equal(5 / Math.Sqrt(26), Math.Abs(first[0]), 0.02);
        Assert.Equal(200 * 7, random.EncodeSparse(x).Count);
        Assert.Equal(random.Weights.Decoders[0].Weight.Data, same.Weights.Decoders[0].Weight.Data);
    }

    [Fact]
    public void A_coder_that_writes_several_sites_has_no_place()
    {
        using CoderSet set = Made.CrossLayer(3, Width, 8);
        Assert.Contains("writes 3 sites", Assert.Throws<InputException>(() => new LatentPlace(_model, set.Coders[0])).Message, StringComparison.Ordinal);
        using SparseCoder narrow = Made.Coder(CoderKind.Relu, 32, 96);
        Assert.Contains("reads 32 numbers", Assert.Throws<InputException>(() => new LatentPlace(_model, narrow)).Message, StringComparison.Ordinal);
    }

    // Computed without Disentanglement: latents exchanged from the position on, by a run of the place.
    static int AnswerOf(LatentPlace place, LatentSwap swap, bool[] mask)
    {
        using PlainRun plain = place.Plain(new TokenBatch([swap.Base])), source = place.Plain(new TokenBatch([swap.Source]));
        using Tensor before = plain.Latents.ToDense(), other = source.Latents.ToDense(), after = before.Clone();
        for (int i = 0; i < mask.Length; i++)
            if (mask[i])
                for (int p = swap.From; p < swap.Base.Count; p++)
                    after.Data[(p * mask.Length) + i] = other.Data[(p * mask.Length) + i];
        using Run run = place.Run(plain, SparseLatents.Of(before), SparseLatents.Of(after));
        return run.Top(1)[0].Token;
    }

    // Latents that fire on the token of one position of the first prompt each, at the first layer's entrance.
    SparseCoder OfPositions(params int[] positions)
    {
        Site site = Site.ResidPre;
        using Run run = _model.Run(new TokenBatch(Prompts), new Plan { Record = [site.At(0)] });
        Tensor encoder = Tensor.Zeros(Width, positions.Length), decoder = Tensor.Zeros(positions.Length, Width);
        float[] biases = new float[positions.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            ReadOnlySpan<float> row = run[site.At(0)].Data.Slice(positions[i] * Width, Width);
            for (int j = 0; j < Width; j++)
                encoder.Data[(j * positions.Length) + i] = decoder.Data[(i * Width) + j] = row[j];
            biases[i] = -0.8f * Reduce.SumOfSquares(row);
        }
        CoderSite[] at = [new("blocks.0.hook_resid_pre", Width)];
        return new SparseCoder(new CoderConfig { Kind = CoderKind.Relu, Inputs = at, Outputs = at, NLatents = positions.Length },
            new CoderWeights
            {
                Encoder = encoder.AsConstant(),
                EncoderBias = Tensor.From(biases, positions.Length),
                Decoders = [new CoderDecoder { Weight = decoder, Bias = Tensor.Zeros(Width) }],
            });
    }

    // Latents of random directions that write much, each of either sign.
    static SparseCoder Spread(int latents)
    {
        CoderSite[] at = [new("blocks.1.hook_resid_pre", Width)];
        Tensor decoder = Made.Normal(new Rng(31), latents, Width);
        return new SparseCoder(
            new CoderConfig { Kind = CoderKind.TopK, K = latents, IsRectified = false, Inputs = at, Outputs = at, NLatents = latents },
            new CoderWeights
            {
                Encoder = Made.Normal(new Rng(32), Width, latents).AsConstant(),
                EncoderBias = Tensor.Zeros(latents),
                Decoders = [new CoderDecoder { Weight = decoder, Bias = Tensor.Zeros(Width) }],
            });
    }
}
