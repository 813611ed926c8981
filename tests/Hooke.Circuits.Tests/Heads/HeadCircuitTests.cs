using System.Numerics;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests.Heads;

public class HeadCircuitTests
{
    // Float32 runs of a few layers against doubles.
    const double Tolerance = 1e-5;

    public static TheoryData<string> Golden => ["gpt2", "llama"];

    public static TheoryData<string> Families =>
        ["gpt2", "gpt_neox", "llama", "mistral", "qwen3", "gemma", "gemma2", "gemma3_text", "tl_attn_only_random"];

    // A token attends to itself alone where it is the first. So what two tokens make a head write differs by
    // (x − y) · W_OV, biases falling out; x and y are what the norm gives before its gain, which folding puts into W_OV.
    [Theory]
    [MemberData(nameof(Families))]
    public void Folded_OV_is_what_heads_write_of_one_token(string family)
    {
        using Model model = Model.Load(Fixtures.Golden(family));
        HeadCircuits circuits = new(model, foldNorms: true);
        foreach (Node head in circuits.Heads)
        {
            Address normed = Site.Ln1Normalized.At(head.Layer), result = Site.Result.At(head.Layer);
            using Run run = model.Run(new TokenBatch([[17], [31]]), new Plan { Record = [normed, result] });
            Matrix difference = Row(Between(run[normed].Data, model.Config.DModel, 0, model.Config.DModel));
            int heads = model.Config.NHeads, width = model.Config.DModel;
            double[] written = Between(run[result].Data, heads * width, head.Head * width, width);
            // Where outputs pass a norm of their own, its gain is folded in too.
            for (int i = 0; model.Config.HasPostNorms && i < width; i++)
                written[i] *= model.Weights[$"blocks.{head.Layer}.ln1_post.w"].Data[i] + model.Config.NormGainOffset;
            FactoredMatrix ov = circuits.OV(head);
            AssertClose($"{family} {head}", difference.Times(ov.A).Times(ov.B).Row(0).ToArray(), written);
        }
    }

    [Theory]
    [InlineData("llama"), InlineData("llama3_rope"), InlineData("mistral"), InlineData("gemma")]
    public void Folded_QK_is_the_score_of_one_token_with_another_at_its_distance(string family)
    {
        using Model model = Model.Load(Fixtures.Golden(family));
        Assert.NotEqual(model.Config.NHeads, model.Config.NKeyValueHeads); // heads share keys
        HeadCircuits circuits = new(model, foldNorms: true);
        int width = model.Config.DModel;
        foreach (Node head in circuits.Heads)
        {
            Address normed = Site.Ln1Normalized.At(head.Layer), scores = Site.AttnScores.At(head.Layer);
            using Run run = model.Run(new TokenBatch([[42, 7, 59, 23]]), new Plan { Record = [normed, scores] });
            double[] x = [.. run[normed].Data.ToArray().Select(v => (double)v)];
            foreach ((int query, int key) in new[] { (0, 0), (1, 0), (3, 0), (3, 1) })
            {
                Matrix from = Row(x[(query * width)..((query + 1) * width)]), to = Row(x[(key * width)..((key + 1) * width)]);
                FactoredMatrix qk = circuits.QK(head, query - key);
                double expected = run[scores].Data[(((head.Head * 4) + query) * 4) + key]
                    / (model.Config.AttnScale ?? 1 / Math.Sqrt(model.Config.DHead));
                double size = from.Norm() * to.Norm() * qk.Norm();
                Assert.Equal(expected, from.Times(qk.A).Times(qk.B).Times(to.Transposed())[0, 0], Tolerance * size);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Eigenvalues_of_the_full_OV_matrix_come_out_of_a_small_one(string family)
    {
        using Model model = Model.Load(Fixtures.Golden(family));
        foreach (bool fold in new[] { false, true })
        {
            HeadCircuits circuits = new(model, fold);
            foreach (Node head in circuits.Heads)
            {
                IReadOnlyList<Complex> full = circuits.FullOV(head).Eigenvalues(), small = circuits.FullOVEigenvalues(head);
                Assert.Equal(HeadCircuits.CopyingScore(full), HeadCircuits.CopyingScore(small), Tolerance);
                Assert.Equal(Complex.Abs(full[0]), Complex.Abs(small[0]), Tolerance * Complex.Abs(full[0]));
            }
        }
    }

    [Fact]
    public void A_copying_score_is_one_minus_one_or_nought_where_it_must_be()
    {
        Assert.Equal(1, HeadCircuits.CopyingScore([3, 2, 0.5]));
        Assert.Equal(-1, HeadCircuits.CopyingScore([-3, -2]));
        Assert.Equal(0, HeadCircuits.CopyingScore([Complex.ImaginaryOne, -Complex.ImaginaryOne]));
        Assert.Equal(0.6, HeadCircuits.CopyingScore([new(3, 4), new(3, -4)]), 1e-15);
        Assert.Equal(0, HeadCircuits.CopyingScore([0, 0]));
        Assert.Equal(0, HeadCircuits.CopyingScore([]));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Composition_is_the_norm_of_the_product_over_the_product_of_the_norms(string family)
    {
        using Model model = Model.Load(Fixtures.Golden(family));
        HeadCircuits circuits = new(model);
        IReadOnlyList<(Edge Edge, double Score)> scores = Composition.Of(circuits);
        int pairs = model.Config.NLayers * (model.Config.NLayers - 1) / 2;
        Assert.Equal(3 * pairs * model.Config.NHeads * model.Config.NHeads, scores.Count);
        foreach ((Edge edge, double score) in scores)
        {
            Matrix left = circuits.OV(edge.Source).Product(), right = edge.Target.Port switch
            {
                Port.Query => circuits.QK(edge.Target.Node).Product(),
                Port.Key => circuits.QK(edge.Target.Node).Product().Transposed(),
                _ => circuits.OV(edge.Target.Node).Product(),
            };
            Assert.Equal(left.Times(right).Norm() / (left.Norm() * right.Norm()), score, Tolerance);
        }
    }

    [Fact]
    public void Random_heads_compose_as_one_over_the_root_of_the_streams_width()
    {
        // E‖L·R‖² = d³k², E‖L‖² = d²k: the quotient is 1/d, up to what k entries more or less make.
        CompositionBaseline baseline = CompositionBaseline.Of(dModel: 100, dHead: 10, seed: 3, samples: 200);
        Assert.Equal(0.1, baseline.Mean, 0.005);
        Assert.True(baseline.Low < baseline.Mean && baseline.Mean < baseline.High);
        Assert.Equal((200, 3UL), (baseline.Samples, baseline.Seed));
        Assert.Equal(baseline, CompositionBaseline.Of(100, 10, 3, 200));
        Assert.NotEqual(baseline.Mean, CompositionBaseline.Of(100, 10, 4, 200).Mean);
    }

    [Fact]
    public void Heads_and_positions_that_are_not_there_are_refused_by_name()
    {
        using Model llama = Model.Load(Fixtures.Golden("llama"));
        HeadCircuits circuits = new(llama);
        Assert.Contains("layers 0..2", Assert.Throws<InputException>(
            () => circuits.OV(new(ComponentKind.Head, 3, 0))).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => circuits.QK(new(ComponentKind.Head, 0, 4)));
        Assert.Throws<InputException>(() => circuits.FullOVEigenvalues(new(ComponentKind.Mlp, 0)));
        Assert.Throws<InputException>(() => circuits.QK(new(ComponentKind.Head, 0, 0), distance: 64));
        Assert.Throws<InputException>(() => circuits.QK(new(ComponentKind.Head, 0, 0), distance: -1));
        using Model gpt2 = Made.Gpt2();
        Assert.Contains("turns no queries", Assert.Throws<InputException>(
            () => new HeadCircuits(gpt2).QK(new(ComponentKind.Head, 0, 0), distance: 1)).Message, StringComparison.Ordinal);
        Assert.Contains("no learned positions", Assert.Throws<InputException>(
            () => circuits.PositionalQK(new(ComponentKind.Head, 0, 0))).Message, StringComparison.Ordinal);
    }

    static Matrix Row(double[] values) => new(1, values.Length, (_, j) => values[j]);

    // Of two prompts' activations, the second less the first, from one place on.
    static double[] Between(ReadOnlySpan<float> data, int prompt, int from, int count)
    {
        double[] difference = new double[count];
        for (int i = 0; i < count; i++)
            difference[i] = (double)data[prompt + from + i] - data[from + i];
        return difference;
    }

    static void AssertClose(string what, double[] found, double[] expected)
    {
        double difference = Made.Difference(found, expected);
        Assert.True(difference <= Tolerance, $"{what} differs by {difference:g3}");
    }
}
