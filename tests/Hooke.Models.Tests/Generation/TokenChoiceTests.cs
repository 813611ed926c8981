using Hooke.Tensors;

namespace Hooke.Models.Tests.Generating;

/// <summary>How the next token is chosen, against closed forms and frequencies.</summary>
public sealed class TokenChoiceTests
{
    static readonly float[] Logits = [1, 3, -2, 3, 0.5f, 2];

    [Fact]
    public void The_likeliest_token_is_taken_and_the_lower_id_on_a_tie() =>
        Assert.Equal(1, new TokenChoice(new()).Of(Logits, [], 0, 0));

    [Fact]
    public void One_likeliest_token_or_a_tiny_probability_leaves_nothing_to_draw()
    {
        foreach (Generation how in new Generation[]
        {
            new() { Temperature = 1, TopK = 1 }, new() { Temperature = 1, TopP = 1e-6f }, new() { Temperature = 1e-4f, TopK = 1 },
        })
            for (int step = 0; step < 50; step++)
                Assert.Equal(1, new TokenChoice(how).Of(Logits, [], 0, step));
    }

    [Theory]
    [InlineData(1, null, 1), InlineData(2, null, 1), InlineData(0.5, 3, 1), InlineData(1, null, 0.8), InlineData(1.3, 4, 0.9)]
    public void Tokens_are_drawn_as_often_as_their_probability_says(double temperature, int? topK, double topP)
    {
        const int Draws = 20_000;
        TokenChoice choice = new(new() { Temperature = (float)temperature, TopK = topK, TopP = (float)topP });
        int[] counts = new int[Logits.Length];
        for (int step = 0; step < Draws; step++)
            counts[choice.Of(Logits, [], step % 2, step)]++;
        double[] expected = Probabilities(temperature, topK, topP);
        for (int token = 0; token < counts.Length; token++)
        {
            double p = expected[token], deviation = Math.Sqrt(Draws * p * (1 - p));
            Assert.InRange(counts[token], (Draws * p) - (5 * deviation), (Draws * p) + (5 * deviation));
        }
    }

    [Fact]
    public void A_penalty_makes_tokens_that_are_there_less_likely_whatever_their_sign()
    {
        Assert.Equal(3, new TokenChoice(new() { RepetitionPenalty = 1.1f }).Of(Logits, [1, 1], 0, 0));
        Assert.Equal(5, new TokenChoice(new() { RepetitionPenalty = 1.6f }).Of(Logits, [1, 3], 0, 0));
        Assert.Equal(1, new TokenChoice(new() { RepetitionPenalty = 2 }).Of([-1, -1.5f], [0], 0, 0));
    }

    [Fact]
    public void Logits_that_are_not_numbers_are_refused() => Assert.Contains("are not numbers",
        Assert.Throws<InputException>(() => new TokenChoice(new()).Of([1, float.NaN], [0], 0, 0)).Message,
        StringComparison.Ordinal);

    // Softmax over the kept tokens, in doubles.
    static double[] Probabilities(double temperature, int? topK, double topP)
    {
        int[] order = [.. Enumerable.Range(0, Logits.Length).OrderByDescending(t => Logits[t]).ThenBy(t => t)];
        int[] likeliest = order[..(topK ?? order.Length)];
        double[] weights = [.. Logits.Select((l, t) => likeliest.Contains(t) ? Math.Exp(l / temperature) : 0)];
        double all = weights.Sum(), sum = 0;
        foreach (int token in order)
        {
            double share = weights[token] / all;
            if (sum >= topP)
                weights[token] = 0;
            sum += share;
        }
        return [.. weights.Select(w => w / weights.Sum())];
    }
}
