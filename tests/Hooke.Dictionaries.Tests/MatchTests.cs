using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Directions paired: against all pairings there are, and where the truth is known.</summary>
public class MatchTests
{
    /// <summary>No permutation of up to six rows has a larger sum.</summary>
    [Fact]
    public void The_assignment_is_the_best_of_all_there_are() => Prop.ForAll<byte, byte, int>((rows, more, seed) =>
    {
        int r = 1 + (rows % 5), c = r + (more % 3);
        float[] scores = [.. Enumerable.Range(0, r * c).Select(i => new Rng((ulong)(uint)seed).Normal((ulong)i))];
        int[] found = Assignment.Largest(scores, r, c);
        double Sum(IEnumerable<int> columns) => columns.Select((column, row) => (double)scores[(row * c) + column]).Sum();
        Assert.Equal(r, found.Distinct().Count());
        Assert.Equal(Pairings(r, c).Max(Sum), Sum(found), 9);
    }).Check(Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL));

    [Fact]
    public void A_dictionary_shuffled_is_itself()
    {
        using Tensor one = Made.Normal(new Rng(3), 40, 12), other = Tensor.Zeros(40, 12);
        int[] order = [.. Enumerable.Range(0, 40)];
        new Rng(5).Draw().Shuffle(order);
        for (int i = 0; i < 40; i++)
            for (int j = 0; j < 12; j++)
                other.Data[(order[i] * 12) + j] = one.Data[(i * 12) + j] * (i + 1); // lengths do not matter
        DictionaryMatch match = DictionaryMatch.Of(one, other);
        Assert.Equal(order, match.Partners);
        Assert.All(match.Cosines, cosine => Assert.Equal(1, cosine, 5));
        Assert.Equal((MatchKind.Optimal, 40, 1.0), (match.Kind, match.Pairs, match.Shared.Value));
        Assert.Equal(1, match.Cosine.Value, 5);
    }

    /// <summary>e₀ and (e₀ + e₁) / √2 against e₀ and −e₁: paired the other way, the sum would be smaller.</summary>
    [Fact]
    public void Cosines_are_known_by_hand()
    {
        using Tensor one = Tensor.From([1, 0, 1, 1], 2, 2), other = Tensor.From([0, -3, 2, 0, 0, 0], 3, 2);
        DictionaryMatch match = DictionaryMatch.Of(one, other), back = DictionaryMatch.Of(other, one);
        Assert.Equal([1, 2], match.Partners); // what is 0 has a cosine of 0, which is more than that of −e₁
        Assert.Equal(0.5, match.Cosine.Value, 6);
        Assert.Equal(0.5, match.Shared.Value);
        Assert.Equal((1 + Math.Sqrt(0.5)) / 2, match.Nearest.Value, 6);
        Assert.Equal([-1, 0, 1], back.Partners);
        Assert.Equal(match.Cosine.Value, back.Cosine.Value);
        Assert.Equal(match.NearestBack.Value, back.Nearest.Value);
    }

    [Fact]
    public void Too_many_for_the_best_pairing_are_paired_where_each_is_the_others_nearest()
    {
        using Tensor many = Made.Normal(new Rng(3), 5000, 8), few = Tensor.From(many.Data[(4000 * 8)..(4003 * 8)], 3, 8);
        DictionaryMatch match = DictionaryMatch.Of(few, many);
        Assert.Equal(MatchKind.MutualBest, match.Kind);
        Assert.Equal([4000, 4001, 4002], match.Partners);
        Assert.Equal(1, match.Shared.Value);
    }

    [Fact]
    public void Dictionaries_of_other_spaces_are_refused()
    {
        using SparseCoder one = Made.Coder(CoderKind.Relu, 8, 16), other = Made.Coder(CoderKind.Relu, 9, 16);
        Assert.Contains("same space", Assert.Throws<InputException>(() => DictionaryMatch.Of(one, other)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new SyntheticFeatures(4, 2, 5, 1));
    }

    [Fact]
    public void Synthetic_activations_are_what_they_are_said_to_be()
    {
        using SyntheticFeatures truth = new(2, 64, 1, seed: 3), again = new(2, 64, 1, seed: 3);
        using Tensor batch = truth.Batch(4000, 7), same = again.Batch(4000, 7), other = truth.Batch(4000, 8);
        Assert.Equal(batch.Data, same.Data);
        Assert.NotEqual(batch.Data.ToArray(), other.Data.ToArray());
        ReadOnlySpan<float> d0 = truth.Directions.Data[..64], d1 = truth.Directions.Data[64..];
        float between = Reduce.Dot(d0, d1);
        int active = 0;
        double strengths = 0;
        for (int r = 0; r < 4000; r++)
        {
            // Of two directions the two strengths follow from the projections.
            ReadOnlySpan<float> x = batch.Data.Slice(r * 64, 64);
            double p0 = Reduce.Dot(x, d0), p1 = Reduce.Dot(x, d1), a = (p0 - (between * p1)) / (1 - (between * between));
            Assert.True(Math.Abs(a) < 1e-4 || (a > 0.4999 && a < 1.5001), $"{a}");
            (active, strengths) = a > 0.1 ? (active + 1, strengths + a) : (active, strengths);
        }
        Assert.InRange(active, 1860, 2140); // half, ± 4.4 standard deviations
        Assert.InRange(strengths / active, 0.97, 1.03);
    }

    [Fact]
    public void Training_recovers_a_truth_that_an_untrained_dictionary_does_not_know()
    {
        using SyntheticFeatures truth = new(24, 16, 2, seed: 1);
        TrainingRecipe recipe = new()
        {
            Kind = CoderKind.TopK,
            NLatents = 32,
            K = 3,
            Steps = 600,
            Seed = 1,
            Optimizer = new(LearningRate: 4e-3f),
            Decoder = new(InitialNorm: 1, UnitNorm: true),
            Revival = new(DeadAfter: 20_000),
        };
        SyntheticRecovery trained = SyntheticRecovery.Of(truth, recipe, 256), first = SyntheticRecovery.Of(truth, recipe with { Steps = 1 }, 256);
        Assert.True(trained.Match.Cosine.Value > 0.9, $"{trained.Match.Cosine}");
        Assert.True(trained.Match.Shared.Value > 0.9 && trained.Unexplained < 0.1, $"{trained.Match.Shared} {trained.Unexplained}");
        Assert.True(first.Match.Cosine.Value < 0.7, $"{first.Match.Cosine}");
    }

    static IEnumerable<int[]> Pairings(int rows, int columns) => rows == 0 ? [[]]
        : from rest in Pairings(rows - 1, columns)
          from column in Enumerable.Range(0, columns)
          where !rest.Contains(column)
          select (int[])[.. rest, column];
}
