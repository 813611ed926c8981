using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class PromptSetTests
{
    static readonly int[] Answer = [1], Foil = [2];

    [Fact]
    public void A_pair_of_unequal_length_is_refused_by_its_number_and_lengths() => Assert.Equal(
        "pair 2: the prompt has 3 tokens, its counterfactual 2; word them so that both have as many",
        Refusal(new([[1, 2], [1, 2, 3]]), new([[3, 4], [5, 6]]), 2));

    [Theory]
    [InlineData(2, 1, 2)]
    [InlineData(1, 2, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(1, 1, 2)]
    public void As_many_prompts_counterfactuals_and_choices_are_needed(int clean, int counterfactual, int choices)
    {
        TokenBatch Some(int count) => new([.. Enumerable.Repeat((int[])[1, 2], count)]);
        string refusal = Refusal(Some(clean), Some(counterfactual), choices);
        Assert.Contains($"{clean} prompts", refusal, StringComparison.Ordinal);
        Assert.Contains($"{counterfactual} counterfactuals", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_without_an_answer_or_a_foil_is_refused()
    {
        TokenBatch prompts = new([[1, 2]]);
        Assert.Contains("pair 1", Assert.Throws<InputException>(() =>
            new PromptSet(prompts, prompts, [([], [1])])).Message, StringComparison.Ordinal);
        Assert.Contains("pair 1", Assert.Throws<InputException>(() =>
            new PromptSet(prompts, prompts, [([1], [])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_metric_is_the_mean_of_the_answers_less_that_of_the_foils_at_the_last_token()
    {
        using Model model = Made.Tiny();
        PromptSet prompts = new(new([[1, 2, 3], [4, 5]]), new([[1, 2, 4], [4, 6]]), [([1, 2], [3]), ([4], [5, 6, 7])]);
        using Run run = model.Run(prompts.Clean);
        float[] first = run.LastLogits(0).ToArray(), second = run.LastLogits(1).ToArray();
        double[] metric = prompts.Metric(run);
        Assert.Equal((((double)first[1] + first[2]) / 2) - first[3], metric[0], 1e-12);
        Assert.Equal(second[4] - (((double)second[5] + second[6] + second[7]) / 3), metric[1], 1e-12);
        Assert.Equal([first[1] > first[3] || first[2] > first[3],
            second[4] > Math.Max(second[5], Math.Max(second[6], second[7]))], prompts.Prefers(run));
        using Run last = model.Run(prompts.Clean, new Plan { LastLogitsOnly = true });
        Assert.Equal(metric, prompts.Metric(last));
        using Run twice = model.Run(prompts.Clean.Repeat(2));
        Assert.Equal([.. metric, .. metric], prompts.Metric(twice));
    }

    [Fact]
    public void A_part_is_those_pairs()
    {
        PromptSet prompts = new(new([[1, 2, 3], [4, 5]]), new([[1, 2, 4], [4, 6]]), [([1, 2], [3]), ([4], [5, 6, 7])]);
        PromptSet part = prompts.Part(1, 1);
        Assert.Equal([4, 5], part.Clean.Prompt(0).ToArray());
        Assert.Equal([4, 6], part.Counterfactual.Prompt(0).ToArray());
        Assert.Equal([4], part.Answers(0));
        Assert.Equal([5, 6, 7], part.Foils(0));
        Assert.Equal(1, part.Count);
    }

    static string Refusal(TokenBatch clean, TokenBatch counterfactual, int choices) => Assert.Throws<InputException>(() =>
        new PromptSet(clean, counterfactual, [.. Enumerable.Repeat((Answer, Foil), choices)])).Message;
}
