using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests.Heads;

public class HeadScoreTests
{
    static readonly Node AnyHead = new(ComponentKind.Head, 1, 1);

    [Fact]
    public void Heads_that_look_everywhere_alike_have_the_scores_of_chance()
    {
        using Model model = Indifferent();
        // First token and 3 random ones twice: 7 positions, query q attends 1/(q + 1) to each of its keys.
        HeadScores scores = HeadScores.OnRepeatedTokens(model, RepeatedTokens.Draw(11, 4, 3, seed: 1, first: 0));
        double From(int distance) => Enumerable.Range(distance, 7 - distance).Average(q => 1.0 / (q + 1));
        foreach ((HeadKind kind, double expected) in new[]
            { (HeadKind.Induction, From(2)), (HeadKind.Previous, From(1)), (HeadKind.Duplicate, From(3)), (HeadKind.Current, From(0)),
                (HeadKind.First, From(1)) })
        {
            Assert.Equal(4, scores.Of(kind, AnyHead).Length);
            Assert.All(scores.Of(kind, AnyHead), score => Assert.Equal(expected, score, 1e-6));
        }
        Assert.All(scores.Entropies(AnyHead), entropy =>
            Assert.Equal(Enumerable.Range(1, 7).Average(keys => Math.Log(keys)), entropy, 1e-6));
        Assert.Equal(Enum.GetValues<HeadKind>(), scores.Kinds);
    }

    [Fact]
    public void A_prompt_scores_the_same_whatever_stands_beside_it()
    {
        using Model model = Made.Tiny();
        int[][] prompts = [[1, 2, 3, 1, 2, 3], [4, 5, 4], .. Enumerable.Range(0, 9).Select(i => new[] { i, i })];
        HeadScores together = HeadScores.OnPrompts(model, new(prompts), PatternMeasure.Multiply);
        Assert.Equal(11, together.Prompts);
        for (int i = 0; i < prompts.Length; i++)
        {
            HeadScores alone = HeadScores.OnPrompts(model, new([prompts[i]]), PatternMeasure.Multiply);
            foreach (HeadKind kind in alone.Kinds)
                Assert.Equal(alone.Of(kind, AnyHead)[0], together.Of(kind, AnyHead)[i]);
            Assert.Equal(alone.Entropies(AnyHead)[0], together.Entropies(AnyHead)[i]);
        }
    }

    [Fact]
    public void Detection_patterns_are_what_their_kinds_say()
    {
        int[] tokens = [7, 8, 7, 8];
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], Flat(HeadKind.Induction, tokens));
        Assert.Equal([0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], Flat(HeadKind.Previous, tokens));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0], Flat(HeadKind.Duplicate, tokens));
        Assert.Equal([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], Flat(HeadKind.Current, tokens));
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], Flat(HeadKind.First, tokens));
    }

    [Fact]
    public void A_pattern_that_is_its_detection_pattern_scores_one_and_one_that_looks_elsewhere_nought()
    {
        Matrix current = DetectionPattern.Of(HeadKind.Current, [1, 2, 3]), previous = DetectionPattern.Of(HeadKind.Previous, [1, 2, 3]);
        foreach (PatternMeasure measure in Enum.GetValues<PatternMeasure>())
            Assert.Equal(1, DetectionPattern.Score(current, current, measure));
        Assert.Equal(0, DetectionPattern.Score(current, previous, PatternMeasure.Multiply));
        Assert.Equal(1 - (5.0 / 3), DetectionPattern.Score(current, previous, PatternMeasure.Absolute));
        Assert.Equal(0, DetectionPattern.Score(current, current, PatternMeasure.Multiply, excludeCurrent: true)); // nothing is left
        Assert.Throws<ArgumentException>(() => DetectionPattern.Score(current, new Matrix(2, 2), PatternMeasure.Multiply));
    }

    [Fact]
    public void Repeated_tokens_are_different_ones_twice_and_the_same_for_the_same_seed()
    {
        RepeatedTokens drawn = RepeatedTokens.Draw(50, 20, 12, seed: 5, first: 3);
        for (int b = 0; b < 20; b++)
        {
            int[] tokens = drawn.Tokens.Prompt(b).ToArray();
            Assert.Equal(3, tokens[0]);
            Assert.Equal(tokens[1..13], tokens[13..]);
            Assert.Equal(12, tokens[1..13].Distinct().Count());
            Assert.DoesNotContain(3, tokens[1..]);
            Assert.All(tokens, token => Assert.InRange(token, 0, 49));
        }
        Assert.Equal(drawn.Tokens.Ids.ToArray(), RepeatedTokens.Draw(50, 20, 12, 5, 3).Tokens.Ids.ToArray());
        Assert.NotEqual(drawn.Tokens.Ids.ToArray(), RepeatedTokens.Draw(50, 20, 12, 6, 3).Tokens.Ids.ToArray());
        Assert.Equal(drawn.Tokens.Ids[..25].ToArray(), RepeatedTokens.Draw(50, 1, 12, 5, 3).Tokens.Ids.ToArray()); // whatever the number
    }

    [Fact]
    public void What_cannot_be_drawn_or_scored_is_refused()
    {
        Assert.Throws<InputException>(() => RepeatedTokens.Draw(5, 1, 5, 1, first: 0));
        Assert.Throws<InputException>(() => RepeatedTokens.Draw(5, 0, 2, 1));
        Assert.Throws<InputException>(() => RepeatedTokens.Draw(5, 1, 1, 1));
        Assert.Throws<InputException>(() => RepeatedTokens.Of(new([[1, 2, 3, 1, 2, 4]]), 3));
        Assert.Throws<InputException>(() => RepeatedTokens.Of(new([[1, 2, 1, 2], [1, 2, 3, 1, 2]]), 2));
        Assert.Equal(3, RepeatedTokens.Of(new([[9, 1, 2, 3, 1, 2, 3]]), 3).Period);
        using Model model = Made.Tiny();
        Assert.Throws<InputException>(() => HeadScores.OnPrompts(model, new([[1]]), PatternMeasure.Multiply));
        Assert.Throws<InputException>(() => HeadScores.OnRepeatedTokens(model, RepeatedTokens.Draw(11, 1, 6, 1)));
    }

    static IEnumerable<double> Flat(HeadKind kind, int[] tokens)
    {
        Matrix pattern = DetectionPattern.Of(kind, tokens);
        return Enumerable.Range(0, tokens.Length).SelectMany(q => pattern.Row(q).ToArray());
    }

    // Made.Tiny without queries: every score is zero.
    static Model Indifferent()
    {
        using Model tiny = Made.Tiny();
        return new(tiny.Config, new TransformerWeights(tiny.Config, (name, shape) =>
            name.EndsWith("_Q", StringComparison.Ordinal) ? Tensor.Zeros(shape) : tiny.Weights[name].Clone()));
    }
}
