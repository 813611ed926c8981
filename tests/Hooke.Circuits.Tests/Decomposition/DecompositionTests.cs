using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>What the residual stream and a logit are the sum of.</summary>
public class DecompositionTests
{
    // Some twenty float32 numbers of the stream's size are added in another order than the model adds them.
    const double SumTolerance = 1e-5;

    // Contributions are read in double precision off float32 activations; the model's own logit is a float32 product.
    const double LogitTolerance = 1e-5;

    public static TheoryData<string> Folders =>
    [
        "gpt2", "llama", "llama_biases", "qwen3", "mistral", "gpt_neo_windows", "gpt_neox", "gpt_neox_sequential",
        "gemma", "gemma2", "gemma3_text", "tl_attn_only_random",
    ];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Parts_add_up_to_the_stream_at_every_depth(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        foreach (bool neurons in new[] { false, true })
        {
            using ResidualDecomposition decomposition = new(model, Prompts(folder), neurons);
            for (int layer = 0; layer <= model.Config.NLayers; layer++)
                Assert.InRange(Made.Difference(
                    Sum(decomposition.Parts(layer)), Values(decomposition.Stream(layer))), 0, SumTolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Contributions_add_up_to_the_models_own_logit_however_finely_it_is_divided(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        int[] prompt = Prompts(folder).Prompt(0).ToArray();
        foreach (AttributionBy by in Enum.GetValues<AttributionBy>())
        {
            LogitAttribution one = LogitAttribution.Of(model, prompt, 7, null, by, neurons: 3);
            LogitAttribution other = LogitAttribution.Of(model, prompt, 9, null, by, neurons: 3);
            LogitAttribution difference = LogitAttribution.Of(model, prompt, 7, 9, by, neurons: 3);
            double size = one.Contributions.Sum(c => Math.Abs(c.Value));
            Assert.InRange(Math.Abs(Capped(one) - one.Logit), 0, LogitTolerance * size);
            Assert.InRange(Math.Abs(one.Total - other.Total - difference.Total), 0, LogitTolerance * size);
            Assert.InRange(Math.Abs(one.Logit - other.Logit - difference.Logit), 0, LogitTolerance * size);
            Assert.Equal(one.Contributions.Count, one.Contributions.DistinctBy(c => (c.Part, c.Source)).Count());
        }
    }

    [Fact]
    public void Without_norms_and_with_positions_in_attention_alone_parts_add_up_as_well()
    {
        TransformerConfig config = Made.Tiny().Config with
        {
            HasNorms = false,
            DMlp = 0,
            Positions = PositionKind.LearnedInAttention,
            HasUnembedBias = true,
        };
        using Model model = new(config, new TransformerWeights(config, (name, shape) =>
        {
            Tensor weight = Tensor.Zeros(shape);
            for (int i = 0; i < shape.Count; i++)
                weight.Data[i] = 0.4f * new Rng(7).Fork(name).Normal((ulong)i);
            return weight;
        }));
        foreach (AttributionBy by in Enum.GetValues<AttributionBy>())
        {
            LogitAttribution found = LogitAttribution.Of(model, [1, 5, 2, 2], 7, 9, by);
            Assert.Equal(found.Logit, found.Total, 1e-5);
            Assert.Equal("unembed.bias", found.Contributions[^1].Part.ToString());
        }
        using ResidualDecomposition decomposition = new(model, new TokenBatch([[1, 5, 2, 2], [3, 4]]));
        Assert.InRange(Made.Difference(Sum(decomposition.Parts(2)), Values(decomposition.Stream(2))), 0, SumTolerance);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_finer_division_adds_up_to_the_coarser_one_part_by_part(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        int[] prompt = Prompts(folder).Prompt(1).ToArray();
        Dictionary<StreamPart, double> By(AttributionBy by, Func<StreamPart, StreamPart> whole) =>
            LogitAttribution.Of(model, prompt, 7, 9, by, neurons: 5).Contributions
                .GroupBy(c => whole(c.Part)).ToDictionary(g => g.Key, g => g.Sum(c => c.Value));
        Dictionary<StreamPart, double> layers = By(AttributionBy.Layer, part => part);
        AssertSame(layers, By(AttributionBy.Head, Whole));
        AssertSame(layers, By(AttributionBy.Neuron, Whole));
        AssertSame(By(AttributionBy.Head, part => part), By(AttributionBy.Position, part => part));
    }

    [Fact]
    public void A_contribution_is_what_taking_the_part_away_takes_off_the_logit_while_the_final_norm_is_frozen()
    {
        using Model model = Made.Gpt2();
        TokenBatch tokens = new([Prompts("gpt2").Prompt(0).ToArray()]);
        int last = model.Config.NLayers - 1;
        LogitAttribution found = LogitAttribution.Of(model, tokens.Prompt(0).ToArray(), 7, 9);
        using Run whole = model.Run(tokens, new Plan { Record = [Site.LnFinalScale.At()] });
        using Run without = model.Run(tokens, new Plan
        {
            Interventions = [new ZeroAblate(Site.MlpOut.At(last)), new Freeze(Site.LnFinalScale.At(), "whole")],
        }, new Dictionary<string, Recording> { ["whole"] = whole.Recording });
        double taken = Margin(whole) - Margin(without);
        Assert.Equal(taken, found.Contributions.Single(c => c.Part == new StreamPart(StreamPartKind.Mlp, last)).Value, 1e-4);
        Assert.True(Math.Abs(taken) > 0.01);
    }

    [Fact]
    public void The_neurons_listed_are_those_that_give_most()
    {
        using Model model = Made.Gpt2();
        int[] prompt = Prompts("gpt2").Prompt(0).ToArray();
        LogitContribution[] Neurons(int count) =>
            [.. LogitAttribution.Of(model, prompt, 7, 9, AttributionBy.Neuron, count).Contributions
                .Where(c => c.Part.Kind == StreamPartKind.Neuron)];
        LogitContribution[] all = Neurons(int.MaxValue);
        Assert.Equal(model.Config.NLayers * model.Config.DMlp, all.Length);
        Assert.Equal(
            all.OrderByDescending(c => Math.Abs(c.Value)).Take(6).Select(c => c.Part.ToString()).Order(),
            Neurons(6).Select(c => c.Part.ToString()).Order());
    }

    [Fact]
    public void A_token_that_does_not_exist_is_refused()
    {
        using Model model = Made.Gpt2();
        InputException fault = Assert.Throws<InputException>(() => LogitAttribution.Of(model, [1, 2], 256));
        Assert.Contains("0..255", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => LogitAttribution.Of(model, [1, 2], 3, -1));
        Assert.Throws<InputException>(() => LogitAttribution.Of(model, [], 3));
    }

    internal static TokenBatch Prompts(string folder)
    {
        string name = folder.StartsWith("tl_", StringComparison.Ordinal) ? "tl_reference.safetensors" : "reference.safetensors";
        using SafetensorsFile reference = SafetensorsFile.Open(Fixtures.Golden(folder, name));
        return Made.Tokens(reference, "input_ids");
    }

    static double Capped(LogitAttribution found) =>
        found.SoftCap is { } cap ? cap * Math.Tanh(found.Total / cap) : found.Total;

    static double Margin(Run run) => (double)run.LastLogits(0)[7] - run.LastLogits(0)[9];

    static StreamPart Whole(StreamPart part) => part.Kind switch
    {
        StreamPartKind.Head or StreamPartKind.AttentionBias => new(StreamPartKind.Attention, part.Layer),
        StreamPartKind.Neuron or StreamPartKind.OtherNeurons or StreamPartKind.MlpBias => new(StreamPartKind.Mlp, part.Layer),
        _ => part,
    };

    static void AssertSame(Dictionary<StreamPart, double> expected, Dictionary<StreamPart, double> found)
    {
        Assert.Equal(expected.Keys.Select(k => k.ToString()).Order(), found.Keys.Select(k => k.ToString()).Order());
        double size = expected.Values.Sum(Math.Abs);
        Assert.All(expected, part => Assert.InRange(Math.Abs(part.Value - found[part.Key]), 0, LogitTolerance * size));
    }

    static double[] Sum(IEnumerable<(StreamPart Part, Tensor Value)> parts)
    {
        double[] sum = [];
        foreach ((_, Tensor value) in parts)
        {
            using Tensor part = value;
            sum = sum.Length == 0 ? Values(part) : [.. sum.Zip(Values(part), (a, b) => a + b)];
        }
        return sum;
    }

    static double[] Values(Tensor tensor) => [.. tensor.Data.ToArray().Select(v => (double)v)];
}
