using Hooke.Circuits;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>Patching the shipped model, and how well it is estimated there.</summary>
public sealed class PatchStudyTests : IDisposable
{
    static readonly string Folder = Path.Combine(Fixtures.Root, "models", "tinyworld");

    readonly Model _model = Model.Load(Folder);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(PatchedPart.Queries)]
    [InlineData(PatchedPart.Keys)]
    public void Corrections_bring_estimates_of_queries_and_keys_nearer_to_what_patching_measures(PatchedPart part)
    {
        // The rank correlation with patching, mean over behaviours: of sizes prompt by prompt, as AtP* defines them.
        double Agreement(PatchMethod method) => Shipped.World.Behaviours.Average(
            behaviour => Correlation(Sizes(behaviour.Name, part, PatchMethod.Patch), Sizes(behaviour.Name, part, method)));
        double plain = Agreement(PatchMethod.Atp);
        Assert.True(plain > 0.8);
        Assert.True(Agreement(PatchMethod.AtpThroughSoftmax) > plain);
        Assert.True(Agreement(PatchMethod.AtpStar) > plain);
    }

    [Theory]
    [InlineData(PatchedPart.Residual, 60, "blocks.0.hook_resid_pre:pos=0")]
    [InlineData(PatchedPart.Attention, 60, "blocks.0.hook_attn_out:pos=0")]
    [InlineData(PatchedPart.Mlp, 60, "blocks.0.hook_mlp_out:pos=0")]
    [InlineData(PatchedPart.Heads, 16, "blocks.0.attn.hook_z:head=0")]
    [InlineData(PatchedPart.Patterns, 16, "blocks.0.attn.hook_pattern:head=0")]
    [InlineData(PatchedPart.Values, 16, "blocks.0.attn.hook_v:head=0")]
    [InlineData(PatchedPart.Neurons, 2048, "blocks.0.mlp.hook_post:neuron=0")]
    public void Every_part_is_answered_place_by_place_by_every_method(PatchedPart part, int places, string first)
    {
        PromptSet prompts = Pair();
        foreach (PatchMethod method in Enum.GetValues<PatchMethod>())
        {
            PatchAnswer answer = PatchStudy.Ask(_model, prompts, new(part, method));
            Assert.Equal((places, first), (answer.Places.Count, answer.Places[0].Place));
            Assert.Contains(answer.Places, place => Math.Abs(place.Value) > 1e-3);
            Assert.All(answer.Map.Values, row => Assert.Equal(answer.Map.Columns.Count, row.Count));
        }
    }

    [Fact]
    public void The_streams_first_layer_restores_all_at_the_token_that_differs()
    {
        PatchAnswer answer = PatchStudy.Ask(_model, Pair(), new(PatchedPart.Residual));
        PatchedPlace[] embeddings = [.. answer.Places.Take(15)];
        Assert.Equal(1, embeddings.Single(p => Math.Abs(p.Value) > 1e-3).Value, 1e-3);
        Assert.Equal("to", answer.Map.Columns[14]);
    }

    // The mean over prompts of how far each place moves the metric, in nats.
    double[] Sizes(string behaviour, PatchedPart part, PatchMethod method)
    {
        PromptSet prompts = EncodedPrompts.OfBehaviour(Folder, behaviour, 4, seed: 1, _model.Tokenizer);
        return [.. Enumerable.Range(0, prompts.Count).Select(i => prompts.Part(i, 1)).Select(one =>
        {
            using Run clean = _model.Run(one.Clean), other = _model.Run(one.Counterfactual);
            double unit = one.Metric(clean)[0] - one.Metric(other)[0];
            return PatchStudy.Ask(_model, one, new(part, method)).Places.Select(p => Math.Abs(p.Value * unit) / prompts.Count);
        }).Aggregate((a, b) => a.Zip(b, (x, y) => x + y))];
    }

    PromptSet Pair() => EncodedPrompts.Of(new AskedPair(
        "While David and Ivan were at the library , Ivan handed a ladder to",
        "While David and Ivan were at the library , David handed a ladder to", "David", "Ivan"), _model.Tokenizer);

    static double[] Ranks(double[] values)
    {
        double[] ranks = new double[values.Length];
        foreach ((int place, int rank) in Enumerable.Range(0, values.Length).OrderBy(i => values[i]).Select((i, rank) => (i, rank)))
            ranks[place] = rank;
        return ranks;
    }

    static double Correlation(double[] sizes, double[] others)
    {
        (double[] a, double[] b) = (Ranks(sizes), Ranks(others));
        double x = a.Average(), y = b.Average();
        return a.Zip(b, (p, q) => (p - x) * (q - y)).Sum()
            / Math.Sqrt(a.Sum(p => (p - x) * (p - x)) * b.Sum(q => (q - y) * (q - y)));
    }
}
