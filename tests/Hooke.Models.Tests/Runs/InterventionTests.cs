using Hooke.Tensors;

namespace Hooke.Models.Tests.Runs;

/// <summary>Every kind of intervention does what it says, at its place and nowhere else.</summary>
public sealed class InterventionTests
{
    const string Other = "other";

    static readonly int[] Lengths = [4, 6, 5];

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("gpt_neox")]
    [InlineData("gemma3_text")]
    [InlineData("transformer_lens")]
    public void Each_kind_writes_its_value_into_its_region_and_leaves_the_rest_of_the_activation(string family)
    {
        using Model model = TinyModels.Of(family);
        TokenBatch tokens = TinyModels.Batch(1, Lengths);
        Address[] everything = TinyModels.Everything(model.Config);
        using Run before = model.Run(tokens, new Plan { Record = everything });
        using Run source = model.Run(TinyModels.Batch(2, Lengths), new Plan { Record = everything });
        Dictionary<string, Recording> sources = new() { [Other] = source.Recording };
        foreach (Address whole in everything)
            foreach (Address at in Narrowed(whole, model.Config))
                foreach (Intervention made in Kinds(at, before[whole].Shape[^1]))
                {
                    using Run after = model.Run(tokens, new Plan { Record = everything, Interventions = [made] },
                        sources);
                    AssertWritten(made, before[whole], source.Recording, after[whole]);
                    AssertNothingEarlierChanged(everything, whole, before, after);
                }
    }

    [Fact]
    public void Prompts_narrow_an_intervention_to_a_part_of_the_batch()
    {
        using Model model = TinyModels.Gpt2();
        TokenBatch tokens = TinyModels.Batch(1, Lengths);
        using Run before = model.Run(tokens), after = model.Run(tokens, new Plan
        {
            Interventions = [new ZeroAblate(Site.MlpOut.At(0)) { Prompts = new PositionRange(1, 1) }],
        });
        Assert.Equal(before.LastLogits(0).ToArray(), after.LastLogits(0).ToArray());
        Assert.NotEqual(before.LastLogits(1).ToArray(), after.LastLogits(1).ToArray());
        Assert.Equal(before.LastLogits(2).ToArray(), after.LastLogits(2).ToArray());
    }

    [Fact]
    public void Several_at_one_place_are_made_in_their_order()
    {
        using Model model = TinyModels.Gpt2();
        TokenBatch tokens = TinyModels.Batch(1, 4);
        Address at = Site.ResidPre.At(1);
        float[] ones = [.. Enumerable.Repeat(1f, 8)];
        using Run run = model.Run(tokens, new Plan
        {
            Record = [at],
            Interventions = [new Replace(at, ones), new Scale(at, 3), new Add(at, ones, 0.5f),
                new Scale(at.AtPosition(-1), 2)],
        });
        Assert.Equal([.. Enumerable.Repeat(3.5f, 24), .. Enumerable.Repeat(7f, 8)], run[at].Data.ToArray());
    }

    [Fact]
    public void The_mean_leaves_padding_out()
    {
        using Model model = TinyModels.Gpt2();
        Address at = Site.MlpOut.At(0);
        TokenBatch source = TinyModels.Batch(3, 2, 7);
        using Run recorded = model.Run(source, new Plan { Record = [at] });
        using Run run = model.Run(TinyModels.Batch(1, 4),
            new Plan { Record = [at], Interventions = [new MeanAblate(at, Other)] },
            new Dictionary<string, Recording> { [Other] = recorded.Recording });
        for (int i = 0; i < 8; i++)
        {
            double sum = 0;
            for (int p = 0; p < 2; p++)
                sum += recorded[at].Data[(p * 8) + i];
            for (int p = 0; p < 7; p++)
                sum += recorded[at].Data[((7 + p) * 8) + i];
            Assert.Equal((float)(sum / 9), run[at].Data[i]);
        }
    }

    [Fact]
    public void Resampling_gives_every_prompt_anothers_and_never_padding()
    {
        using Model model = TinyModels.Gpt2();
        TokenBatch tokens = TinyModels.Batch(4, 3, 7, 5, 5);
        Address at = Site.ResidPre.At(1);
        using Run before = model.Run(tokens, new Plan { Record = [at] });
        for (ulong seed = 0; seed < 10; seed++)
        {
            using Run after = model.Run(tokens,
                new Plan { Record = [at], Interventions = [new ResampleAblate(at, Other, seed)] },
                new Dictionary<string, Recording> { [Other] = before.Recording });
            for (int b = 0; b < 4; b++)
                for (int p = 0; p < tokens.Lengths[b]; p++)
                {
                    float[] row = Row(after[at], b, p);
                    // Only the longest prompt's tail has no other prompt to come from.
                    int[] from = [.. Enumerable.Range(0, 4).Where(o => p < tokens.Lengths[o] && (o != b || p >= 5))];
                    Assert.Contains(from, o => Row(before[at], o, p).SequenceEqual(row));
                }
        }
    }

    static float[] Row(Tensor x, int prompt, int position) =>
        x.Data.Slice(((prompt * x.Shape[1]) + position) * x.Shape[2], x.Shape[2]).ToArray();

    static IEnumerable<Address> Narrowed(Address whole, TransformerConfig config)
    {
        int heads = whole.Site.Shape is SiteShape.KeyValueHeads or SiteShape.KeyValueHeadScale ? config.NKeyValueHeads : config.NHeads;
        yield return whole;
        yield return whole.AtPosition(-2);
        yield return new(whole.Site, whole.Layer, null, new PositionRange(3, 4));
        if (!whole.Site.HasHeads)
            yield break;
        yield return whole.AtHead(heads - 1);
        yield return new(whole.Site, whole.Layer, 1, new PositionRange(-3, -2));
    }

    static IEnumerable<Intervention> Kinds(Address at, int width)
    {
        float[] vector = [.. Enumerable.Range(0, width).Select(i => 0.25f + i)];
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
    }

    static void AssertWritten(Intervention made, Tensor before, Recording source, Tensor after)
    {
        Tensor from = source[made.At];
        using Tensor? mean = made is MeanAblate ? Means.OverPrompts(from, source.Tokens, from.Shape) : null;
        for (int i = 0; i < before.Data.Length; i++)
        {
            (bool inside, bool padding) = Place(made.At, before.Shape, i);
            if (padding)
                continue;
            float old = before.Data[i], vector = 0.25f + (i % before.Shape[^1]);
            float expected = !inside ? old : made switch
            {
                Patch or Freeze => from.Data[i],
                ZeroAblate => 0,
                Scale scale => scale.Factor * old,
                Replace => vector,
                Add => old + (2 * vector),
                _ => mean!.Data[i],
            };
            if (after.Data[i] != expected)
                Assert.Fail($"{made} wrote {after.Data[i]}, not {expected}, at element {i} of {before.Shape}");
        }
    }

    // Whether an element is in the address, and whether it is a prompt's padding, worked out from its indices.
    static (bool Inside, bool Padding) Place(Address at, Shape shape, int element)
    {
        int[] index = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; element /= shape[axis--])
            index[axis] = element % shape[axis];
        bool pattern = at.Site.Shape == SiteShape.Pattern;
        int position = pattern ? index[2] : index[1];
        int? head = pattern ? index[1] : shape.Rank == 4 ? index[2] : null;
        int length = Lengths[index[0]];
        bool inside = at.Head is null || at.Head == head;
        if (at.Positions is { } range)
        {
            int counted = range.First < 0 ? position - length : position;
            inside &= counted >= range.First && counted <= range.Last;
        }
        return (inside, position >= length || (pattern && index[3] >= length));
    }

    static void AssertNothingEarlierChanged(Address[] everything, Address changed, Run before, Run after)
    {
        (int, int) Time(Address a) => (a.Layer ?? (a.Site.Name.StartsWith("hook_", StringComparison.Ordinal)
            ? -1 : int.MaxValue), Site.All.ToList().IndexOf(a.Site));
        foreach (Address earlier in everything.Where(a => Time(a).CompareTo(Time(changed)) < 0))
            Assert.True(before[earlier].Data.SequenceEqual(after[earlier].Data), $"{earlier} changed with {changed}");
    }
}
