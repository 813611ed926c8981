using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

public class DirectionMeasuresTests
{
    [Fact]
    public void Orthonormal_directions_have_a_dimension_each_and_do_not_interfere()
    {
        DirectionMeasures measures = Of([[0.6f, 0.8f, 0], [-0.8f, 0.6f, 0], [0, 0, 1]]);
        Assert.All(measures.Dimensionalities, d => Assert.Equal(1, d, 1e-6));
        Assert.All(measures.Interferences, i => Assert.Equal(0, i, 1e-6));
        Assert.Equal(1, measures.FeaturesPerDimension, 1e-6);
        Assert.Equal(3, measures.EffectiveDimensions, 1e-5);
        Assert.Equal(0, measures.MeanSquaredCosine, 1e-6);
    }

    [Theory]
    [InlineData(3), InlineData(5), InlineData(12)]
    public void The_corners_of_a_polygon_share_two_dimensions_evenly_and_meet_the_bound(int corners)
    {
        DirectionMeasures measures = Of([.. Enumerable.Range(0, corners).Select(i => new[]
        {
            (float)Math.Cos(2 * Math.PI * i / corners), (float)Math.Sin(2 * Math.PI * i / corners),
        })]);
        Assert.All(measures.Dimensionalities, d => Assert.Equal(2.0 / corners, d, 1e-5));
        Assert.Equal(corners / 2.0, measures.FeaturesPerDimension, 1e-5);
        Assert.Equal(2, measures.EffectiveDimensions, 1e-5);
        Assert.Equal(measures.LeastMeanSquaredCosine, measures.MeanSquaredCosine, 1e-5);
    }

    [Fact]
    public void Measures_are_those_of_all_pairs()
    {
        const int N = 17, D = 6;
        Rng rng = new(11);
        float[][] rows = [.. Enumerable.Range(0, N).Select(i =>
            Enumerable.Range(0, D).Select(k => rng.Normal((ulong)((i * D) + k))).ToArray())];
        rows[4] = new float[D]; // a latent that writes nothing
        DirectionMeasures measures = Of(rows);
        double Dot(int i, int j) => rows[i].Zip(rows[j], (a, b) => (double)a * b).Sum();
        for (int i = 0; i < N; i++)
        {
            double square = Dot(i, i), all = Enumerable.Range(0, N).Sum(j => Dot(i, j) * Dot(i, j)) / Math.Max(square, 1e-30);
            Assert.Equal(i == 4 ? 0 : square / all, measures.Dimensionalities[i], 1e-5);
            Assert.Equal(i == 4 ? 0 : all - square, measures.Interferences[i], 1e-4);
        }
        double cosines = 0;
        foreach (int i in Enumerable.Range(0, N).Where(i => i != 4))
            foreach (int j in Enumerable.Range(0, N).Where(j => j != 4 && j != i))
                cosines += Dot(i, j) * Dot(i, j) / (Dot(i, i) * Dot(j, j));
        Assert.Equal(cosines / (16 * 15), measures.MeanSquaredCosine, 1e-5);
        double[] squares = [.. rows.Select(row => (double)row[2] * row[2])];
        Assert.Equal(Math.Pow(squares.Sum(), 2) / squares.Sum(s => s * s), measures.FeaturesPerNeuron[2], 1e-4);
    }

    [Fact]
    public void Dimensionalities_add_up_to_no_more_than_the_dimensions() =>
        Prop.ForAll(Gen.Choose(1, 30).ToArbitrary(), Gen.Choose(1, 8).ToArbitrary(), (n, d) =>
        {
            Rng rng = new Rng(1).Fork(n).Fork(d);
            DirectionMeasures measures = Of([.. Enumerable.Range(0, n).Select(i =>
                Enumerable.Range(0, d).Select(k => rng.Normal((ulong)((i * d) + k))).ToArray())]);
            return measures.Dimensionalities.Sum() <= Math.Min(n, d) + 1e-4
                && measures.MeanSquaredCosine >= measures.LeastMeanSquaredCosine - 1e-4
                && measures.EffectiveDimensions <= Math.Min(n, d) + 1e-4;
        }).Check(Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL));

    [Fact]
    public void A_number_that_is_none_is_refused() =>
        Assert.Contains("not a number", Assert.Throws<InputException>(() => Of([[1, float.NaN], [0, 1]])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_unit_responds_to_the_classes_that_drive_it_at_least_half_as_much_as_the_strongest()
    {
        // Unit 0 responds to class 2 alone, unit 1 to classes 0 and 3 alike, unit 2 to nothing.
        using Tensor means = Tensor.From([0, 4, 1, 0, 0, 1, 8, 0, 1, 0, 4, 1], 4, 3);
        IReadOnlyList<UnitClasses> units = UnitClasses.Of(means);
        Assert.Equal([[2], [0, 3], []], units.Select(unit => unit.Responding));
        Assert.Equal([1, 2, 0], units.Select(unit => unit.Effective));
        Assert.Equal([6, 2, 0], units.Select(unit => unit.Strongest));
    }

    static DirectionMeasures Of(float[][] rows)
    {
        using Tensor directions = Tensor.From([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length);
        return new DirectionMeasures(directions);
    }
}
