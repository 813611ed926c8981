using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A behaviour's prompts as tokens: clean and counterfactual ones of equal length, answers and foils.</summary>
/// <remarks>
/// The metric is the logit difference: mean logit of the answers less mean logit of the foils at each prompt's last token,
/// in nats.
/// </remarks>
public sealed class PromptSet
{
    readonly IReadOnlyList<(int[] Answers, int[] Foils)> _choices;

    /// <summary>A set of prompt pairs.</summary>
    /// <param name="clean">The clean prompts.</param>
    /// <param name="counterfactual">For each its counterfactual, of the same length.</param>
    /// <param name="choices">For each pair, the tokens that are right after the clean prompt, and those that are wrong.</param>
    /// <exception cref="InputException">
    /// Prompts, counterfactuals and choices are not pairs, or a pair's prompts are of unequal length.
    /// </exception>
    public PromptSet(TokenBatch clean, TokenBatch counterfactual, IReadOnlyList<(int[] Answers, int[] Foils)> choices)
    {
        if (clean.Count != counterfactual.Count || clean.Count != choices.Count)
            throw new InputException(
                $"{clean.Count} prompts, {counterfactual.Count} counterfactuals and {choices.Count} choices of answers "
                + "were given: as many of each are needed");
        for (int i = 0; i < clean.Count; i++)
        {
            if (choices[i].Answers.Length == 0 || choices[i].Foils.Length == 0)
                throw new InputException($"pair {i + 1} has no answer or no foil: give at least one token of each");
            if (clean.Lengths[i] != counterfactual.Lengths[i])
                throw new InputException(
                    $"pair {i + 1}: the prompt has {clean.Lengths[i]} tokens, its counterfactual {counterfactual.Lengths[i]}; "
                    + "word them so that both have as many");
        }
        (Clean, Counterfactual, _choices) = (clean, counterfactual, choices);
    }

    /// <summary>The clean prompts.</summary>
    public TokenBatch Clean { get; }

    /// <summary>The counterfactual prompts.</summary>
    public TokenBatch Counterfactual { get; }

    /// <summary>Number of pairs.</summary>
    public int Count => Clean.Count;

    /// <summary>The tokens right after a clean prompt.</summary>
    public IReadOnlyList<int> Answers(int pair) => _choices[pair].Answers;

    /// <summary>The tokens right after a counterfactual prompt.</summary>
    public IReadOnlyList<int> Foils(int pair) => _choices[pair].Foils;

    /// <summary>Every token that is an answer or a foil: the metric reads no other's logit.</summary>
    public IReadOnlyList<int> ReadTokens =>
        [.. _choices.SelectMany(choice => choice.Answers.Concat(choice.Foils)).Distinct().Order()];

    /// <summary>Some of the pairs.</summary>
    public PromptSet Part(int start, int count)
    {
        int[][] Some(TokenBatch tokens) => [.. Enumerable.Range(start, count).Select(i => tokens.Prompt(i).ToArray())];
        return new(new(Some(Clean)), new(Some(Counterfactual)), [.. _choices.Skip(start).Take(count)]);
    }

    /// <summary>
    /// The metric of each prompt, from a run of the clean or of the counterfactual prompts, once or several times over.
    /// </summary>
    public double[] Metric(Run run)
    {
        double[] values = new double[run.Tokens.Count];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<float> logits = run.LastLogits(i);
            (int[] answers, int[] foils) = _choices[i % Count];
            values[i] = Mean(logits, answers) - Mean(logits, foils);
        }
        return values;
    }

    /// <summary>Whether each prompt's best answer beats its best foil.</summary>
    public bool[] Prefers(Run run)
    {
        bool[] prefers = new bool[run.Tokens.Count];
        for (int i = 0; i < prefers.Length; i++)
        {
            float[] logits = run.LastLogits(i).ToArray();
            prefers[i] = _choices[i % Count].Answers.Max(t => logits[t]) > _choices[i % Count].Foils.Max(t => logits[t]);
        }
        return prefers;
    }

    /// <summary>The gradient of the sum of the metric over prompts with respect to logits [batch, d_vocab].</summary>
    public Tensor MetricGradient(Run run)
    {
        Tensor gradient = Tensor.Zeros(run.Logits.Shape);
        int vocabulary = run.Logits.Shape[^1];
        for (int i = 0; i < run.Tokens.Count; i++)
        {
            (int[] answers, int[] foils) = _choices[i % Count];
            foreach (int answer in answers)
                gradient.Data[(i * vocabulary) + answer] += 1f / answers.Length;
            foreach (int foil in foils)
                gradient.Data[(i * vocabulary) + foil] -= 1f / foils.Length;
        }
        return gradient;
    }

    static double Mean(ReadOnlySpan<float> logits, int[] tokens)
    {
        double sum = 0;
        foreach (int token in tokens)
            sum += logits[token];
        return sum / tokens.Length;
    }
}
