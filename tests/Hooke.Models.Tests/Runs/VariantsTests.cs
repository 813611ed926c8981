using Hooke.Tensors;

namespace Hooke.Models.Tests.Runs;

/// <summary>What is left out of a variant would not have changed a bit.</summary>
public sealed class VariantsTests
{
    const string Other = "other";

    static readonly int[] Lengths = [4, 6, 5];

    [Theory]
    [InlineData("gpt2", false), InlineData("gpt2", true), InlineData("llama", false), InlineData("llama", true)]
    [InlineData("gpt_neox", false), InlineData("gemma3_text", false), InlineData("gemma3_text", true)]
    [InlineData("transformer_lens", false)]
    public void Variants_are_byte_for_byte_the_whole_runs_for_every_site_kind_and_place(string family, bool sharedPrefix)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, Lengths);
        TokenBatch otherTokens = sharedPrefix ? WithOtherToken(tokens, 2) : TinyModels.Batch(2, Lengths);
        Address[] everything = [.. TinyModels.Everything(model.Config).Where(a => !IsFinal(a.Site))];
        using Run other = model.Run(otherTokens, new Plan { Record = everything });
        Dictionary<string, Recording> sources = new() { [Other] = other.Recording };
        Intervention[][] singles = [.. everything
            .SelectMany(whole => Narrowed(whole, model.Config))
            .SelectMany(at => Kinds(at, other[at].Shape[^1]))
            .Select(i => new[] { i })];
        Draws draws = new Rng(5).Draw();
        Intervention[][] pairs = [.. Enumerable.Range(0, 200)
            .Select(_ => new[] { singles[draws.Below(singles.Length)][0], singles[draws.Below(singles.Length)][0] })
            .Where(pair => pair[0].At.Whole != pair[1].At.Whole || pair[1] is Add or Scale)]; // else the first is overwritten
        AssertWhole(model, tokens, sources, everything, [.. singles, .. pairs]);
    }

    [Fact]
    public void Streams_of_single_heads_and_edges_are_run_whole()
    {
        using Model model = TinyModels.Gpt2();
        TokenBatch tokens = TinyModels.Batch(1, Lengths);
        Address[] everything = [Site.ResidPre.At(0), Site.Result.At(0), Site.MlpOut.At(0), Site.QInput.At(1)];
        using Run other = model.Run(TinyModels.Batch(2, Lengths), new Plan { Record = everything });
        Dictionary<string, Recording> sources = new() { [Other] = other.Recording };
        AssertWhole(model, tokens, sources, [],
        [
            [new Patch(Site.QInput.At(1).AtHead(0), Other)],
            [new Reroute(Site.MlpIn.At(1), [Site.Result.At(0).AtHead(1)], Other)],
            [new Reroute(Site.VInput.At(1).AtHead(1), [Site.ResidPre.At(0), Site.MlpOut.At(0)], Other)],
            [],
        ]);
    }

    [Fact]
    public void More_variants_than_a_batch_holds_come_out_in_their_order()
    {
        using Model model = TinyModels.Gpt2();
        TokenBatch tokens = TinyModels.Batch(1, [.. Enumerable.Repeat(6, 100)]);
        Intervention[][] variants = [.. Enumerable.Range(0, 24).Select(i =>
            new Intervention[] { new Scale(Site.MlpPost.At(i % 2).AtNeuron(i / 2).AtPosition(i % 5), 3) })];
        AssertWhole(model, tokens, new Dictionary<string, Recording>(), [], variants);
    }

    [Theory]
    [InlineData("gpt2"), InlineData("llama")]
    public void Logits_of_some_tokens_alone_are_those_of_all_and_the_others_are_not_numbers(string family)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, Lengths);
        using Variants variants = new(model, tokens, new Dictionary<string, Recording>());
        Intervention[][] made = [.. Enumerable.Range(0, 6).Select(p =>
            new Intervention[] { new Scale(Site.ResidPre.At(1).AtPosition(p), 3) })];
        int[] only = [7, 2];
        float[][] some = variants.Run(made, Logits, only), all = variants.Run(made, Logits);
        for (int v = 0; v < made.Length; v++)
            for (int i = 0; i < all[v].Length; i++)
                if (only.Contains(i % 11))
                    Assert.Equal(BitConverter.SingleToInt32Bits(all[v][i]), BitConverter.SingleToInt32Bits(some[v][i]));
                else if (!float.IsNaN(some[v][i]))
                    Assert.Equal(variants.Base.LastLogits(i / 11)[i % 11], some[v][i]); // a prompt that ends before the change
    }

    [Fact]
    public void A_variant_that_cannot_be_carried_out_is_refused_by_name()
    {
        using Model model = TinyModels.Gpt2();
        using Variants variants = new(model, TinyModels.Batch(1, 4), new Dictionary<string, Recording>());
        InputException fault = Assert.Throws<InputException>(() => variants.Run(
            [[new ZeroAblate(Site.MlpPost.At(0))], [new ZeroAblate(Site.Z.At(0).AtHead(7))]], run => run.LastLogits(0)[0]));
        Assert.Contains("blocks.0.attn.hook_z:head=7", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<InputException>(() => variants.Run(
            [[new ZeroAblate(Site.MlpPost.At(0).AtNeuron(12))]], run => run.LastLogits(0)[0]));
        Assert.Contains("neurons 0..11", fault.Message, StringComparison.Ordinal);
    }

    static void AssertWhole(
        Model model, TokenBatch tokens, Dictionary<string, Recording> sources, Address[] record, Intervention[][] made)
    {
        using Variants variants = new(model, tokens, sources, record);
        float[][] found = variants.Run(made, Logits);
        for (int v = 0; v < made.Length; v++)
        {
            using Run whole = model.Run(tokens, new Plan { Interventions = made[v] }, sources);
            if (!Bits(Logits(whole)).SequenceEqual(Bits(found[v])))
                Assert.Fail($"{string.Join(", ", made[v].AsEnumerable())}: other bits than the whole run");
        }
    }

    static float[] Logits(Run run) =>
        [.. Enumerable.Range(0, run.Tokens.Count).SelectMany(b => run.LastLogits(b).ToArray())];

    static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    static TokenBatch WithOtherToken(TokenBatch tokens, int position) => new([.. Enumerable.Range(0, tokens.Count).Select(b =>
    {
        int[] prompt = tokens.Prompt(b).ToArray();
        prompt[position] = (prompt[position] + 1) % 11;
        return prompt;
    })]);

    static bool IsFinal(Site site) =>
        site == Site.LnFinalScale || site == Site.LnFinalNormalized || site == Site.Logits;

    static IEnumerable<Address> Narrowed(Address whole, TransformerConfig config)
    {
        yield return whole;
        yield return whole.AtPosition(1);
        yield return whole.AtPosition(-1);
        yield return whole.AtPosition(5); // only one prompt is so long
        yield return new(whole.Site, whole.Layer, null, new PositionRange(2, 3));
        if (whole.Site.HasHeads)
            yield return whole.AtHead((whole.Site.Shape is SiteShape.KeyValueHeads or SiteShape.KeyValueHeadScale
                ? config.NKeyValueHeads
                : config.NHeads) - 1);
        if (whole.Site.HasNeurons)
            yield return whole.AtNeuron(3).AtPosition(-2);
    }

    static IEnumerable<Intervention> Kinds(Address at, int width)
    {
        float[] vector = [.. Enumerable.Range(0, at.Neuron is null ? width : 1).Select(i => 0.25f + i)];
        yield return new Patch(at, Other);
        yield return new Freeze(at, Other);
        if (at.Site != Site.AttnScores && at.Site.Shape != SiteShape.Scale) // refused: they unmask, or are divided by
            yield return new ZeroAblate(at);
        yield return new Scale(at, at.Site == Site.AttnScores ? 0.5f : -0.5f);
        if (at.Site.Shape == SiteShape.Pattern)
            yield break;
        yield return new Replace(at, vector);
        yield return new Add(at, vector, 2);
        yield return new MeanAblate(at, Other);
        yield return new ResampleAblate(at, Other, 3);
    }
}
