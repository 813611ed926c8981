using System.Numerics;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests.Heads;

/// <summary>The same circuits of heads as TransformerLens.</summary>
public class HeadCircuitParityTests
{
    // Upstream computes in float32: sums of 48 products, and of 40 for the full circuits, relative to the whole matrix.
    const double Tolerance = 1e-5;

    [Fact]
    public void Matrices_of_an_attention_only_model_are_upstreams()
    {
        using AttentionOnly made = new();
        HeadCircuits circuits = new(made.Model);
        (string Name, Func<Node, FactoredMatrix> Matrix)[] all =
        [
            ("OV", circuits.OV), ("QK", h => circuits.QK(h)), ("full_OV_circuit", circuits.FullOV), ("full_QK_circuit", h => circuits.FullQK(h)),
            ("pos_QK_circuit", circuits.PositionalQK), ("direct_path", _ => circuits.DirectPath()),
        ];
        foreach ((string name, Func<Node, FactoredMatrix> matrix) in all)
            AssertClose(name, circuits.Heads.Take(name == "direct_path" ? 1 : 8).SelectMany(h => Entries(matrix(h).Product())), made.Read(name));
    }

    [Fact]
    public void Norms_singular_values_eigenvalues_and_copying_scores_are_upstreams()
    {
        using AttentionOnly made = new();
        HeadCircuits circuits = new(made.Model);
        (string Name, Func<Node, IEnumerable<double>> Values)[] all =
        [
            ("OV_norm", h => [circuits.OV(h).Norm()]),
            ("QK_norm", h => [circuits.QK(h).Norm()]),
            ("OV_singular_values", h => circuits.OV(h).SingularValues),
            ("QK_singular_values", h => circuits.QK(h).SingularValues),
            ("OV_eigenvalues_abs_sorted", h => circuits.OV(h).Eigenvalues().Select(Complex.Abs)),
            ("OV_copying_score", h => [HeadCircuits.CopyingScore(circuits.OV(h).Eigenvalues())]),
            ("full_OV_copying_score", h => [HeadCircuits.CopyingScore(circuits.FullOV(h).Eigenvalues())]),
            ("full_OV_copying_score", h => [HeadCircuits.CopyingScore(circuits.FullOVEigenvalues(h))]),
        ];
        foreach ((string name, Func<Node, IEnumerable<double>> values) in all)
            AssertClose(name, circuits.Heads.SelectMany(values), SortedWithin(name, made.Read(name)));
    }

    [Fact]
    public void Compositions_of_an_attention_only_model_are_upstreams()
    {
        using AttentionOnly made = new();
        AssertCompositions(new(made.Model), made.Circuits);
    }

    [FixtureFact]
    public void Matrices_and_compositions_of_GPT_2_are_upstreams()
    {
        using Model model = Made.Gpt2();
        using SafetensorsFile upstream = SafetensorsFile.Open(Fixtures.ThirdParty("parity", "gpt2", "tl_analysis.safetensors"));
        HeadCircuits circuits = new(model);
        foreach ((string name, Func<Node, FactoredMatrix> matrix) in new[] { ("OV", circuits.OV), ("QK", (Func<Node, FactoredMatrix>)(h => circuits.QK(h))) })
            AssertClose(name, circuits.Heads.SelectMany(h => Entries(matrix(h).Product())), Made.Read(upstream, name).Select(v => (double)v));
        AssertCompositions(circuits, upstream);
    }

    [FixtureFact]
    public void Folded_norms_give_the_weights_that_upstreams_fold_ln_gives()
    {
        using Model model = Made.Gpt2();
        using SafetensorsFile upstream = SafetensorsFile.Open(Fixtures.ThirdParty("parity", "gpt2", "tl_processed.safetensors"));
        HeadCircuits circuits = new(model, foldNorms: true);
        foreach (Node head in circuits.Heads)
        {
            Matrix Upstream(string which, int rows, int columns) // [head, rows, columns]
            {
                float[] all = Made.Read(upstream, $"weight.blocks.{head.Layer}.attn.W_{which}");
                return new(rows, columns, (i, j) => all[(((head.Head * rows) + i) * columns) + j]);
            }
            AssertClose($"{head} QK", Entries(circuits.QK(head).Product()),
                Entries(Upstream("Q", 48, 12).Times(Upstream("K", 48, 12).Transposed())));
            // Upstream's W_O is centred, too.
            Matrix moved = circuits.OV(head).Product();
            Matrix centred = new(48, 48, (i, j) => moved[i, j] - (moved.Row(i).ToArray().Sum() / 48));
            AssertClose($"{head} OV", Entries(centred), Entries(Upstream("V", 48, 12).Times(Upstream("O", 12, 48))));
        }
    }

    static void AssertCompositions(HeadCircuits circuits, SafetensorsFile upstream)
    {
        IReadOnlyList<(Edge Edge, double Score)> scores = Composition.Of(circuits);
        (int layers, int heads) = (circuits.Config.NLayers, circuits.Config.NHeads);
        foreach ((Port port, string name) in new[] { (Port.Query, "Q"), (Port.Key, "K"), (Port.Value, "V") })
        {
            double[] found = new double[layers * heads * layers * heads];
            foreach ((Edge edge, double score) in scores.Where(s => s.Edge.Target.Port == port))
                found[((((edge.Source.Layer * heads) + edge.Source.Head) * layers) + edge.Target.Node.Layer) * heads
                    + edge.Target.Node.Head] = score;
            AssertClose($"composition.{name}", found, Made.Read(upstream, $"composition.{name}").Select(v => (double)v));
        }
    }

    // Upstream's magnitudes are sorted upwards.
    static IEnumerable<double> SortedWithin(string name, IEnumerable<double> values) =>
        name == "OV_eigenvalues_abs_sorted" ? values.Chunk(12).SelectMany(head => head.OrderDescending()) : values;

    static IEnumerable<double> Entries(Matrix matrix) => Enumerable.Range(0, matrix.Rows).SelectMany(i => matrix.Row(i).ToArray());

    static void AssertClose(string name, IEnumerable<double> found, IEnumerable<double> expected)
    {
        double difference = Made.Difference(found, expected);
        Assert.True(difference <= Tolerance, $"{name} differs by {difference:g3}");
    }
}
