using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Chooses next tokens from logits.</summary>
public sealed class TokenChoice(Generation how)
{
    readonly Rng _rng = new Rng(how.Seed).Fork("generate");

    /// <summary>The token that comes next.</summary>
    /// <param name="logits">[d_vocab]</param>
    /// <param name="sequence">The tokens so far.</param>
    /// <param name="prompt">The prompt's place in the batch, which picks its random stream.</param>
    /// <param name="step">The token's place among the new ones, which picks its number in the stream.</param>
    /// <exception cref="InputException">The logits are not numbers.</exception>
    public int Of(ReadOnlySpan<float> logits, IReadOnlyList<int> sequence, int prompt, int step)
    {
        float[] scores = logits.ToArray();
        if (scores.Any(float.IsNaN))
            throw new InputException(
                $"the logits after token {sequence.Count - 1} of prompt {prompt} are not numbers: change the model less");
        if (how.RepetitionPenalty != 1)
            foreach (int token in sequence.Distinct())
                scores[token] *= scores[token] > 0 ? 1 / how.RepetitionPenalty : how.RepetitionPenalty;
        return how.Temperature == 0 ? Likeliest(scores) : Drawn(scores, _rng.Fork(prompt).Uniform((ulong)step));
    }

    static int Likeliest(float[] scores)
    {
        int best = 0;
        for (int token = 1; token < scores.Length; token++)
            if (scores[token] > scores[best])
                best = token;
        return best;
    }

    // The tokens in order of probability fill the unit interval; the one that the number falls on is drawn.
    int Drawn(float[] scores, double number)
    {
        int[] tokens = BestFirst(scores);
        float best = scores[tokens[0]];
        using Tensor scaled = Tensor.From([.. tokens.Select(t => (scores[t] - best) / how.Temperature)], tokens.Length);
        using Tensor probabilities = Ops.Softmax(scaled);
        int kept = 0;
        double sum = 0;
        while (kept < tokens.Length && (kept == 0 || sum < how.TopP))
            sum += probabilities.Data[kept++];
        double upTo = 0;
        for (int i = 0; i < kept; i++)
        {
            upTo += probabilities.Data[i];
            if (number * sum < upTo)
                return tokens[i];
        }
        return tokens[kept - 1];
    }

    // Best first, the lower id on a tie: all of them, or as many as are to be drawn from.
    int[] BestFirst(float[] scores)
    {
        ulong[] keys = new ulong[scores.Length];
        for (int token = 0; token < keys.Length; token++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(scores[token] + 0f); // −0 becomes 0
            uint ascending = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
            keys[token] = ((ulong)~ascending << 32) | (uint)token;
        }
        Array.Sort(keys);
        return [.. keys.Take(how.TopK ?? keys.Length).Select(key => (int)(uint)key)];
    }
}
