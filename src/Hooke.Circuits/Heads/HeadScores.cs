using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What every head's attention is like on some prompts: a number for each prompt, to be resampled.</summary>
public sealed class HeadScores
{
    const int PromptsAtOnce = 8; // patterns are large: layers · heads · positions²

    readonly Dictionary<HeadKind, double[][,]> _scores; // [prompt][layer, head]
    readonly double[][,] _entropies;

    HeadScores(Dictionary<HeadKind, double[][,]> scores, double[][,] entropies) => (_scores, _entropies) = (scores, entropies);

    /// <summary>The kinds that were measured.</summary>
    public IEnumerable<HeadKind> Kinds => _scores.Keys;

    /// <summary>How many prompts.</summary>
    public int Prompts => _entropies.Length;

    /// <summary>
    /// Mean attention along a diagonal of the pattern on repeated random tokens of period T, over all its queries: at distance
    /// T − 1 for induction, 1 for the token before, T for duplicates, 0 for the current token; for the first token the mean
    /// over all queries but the first.
    /// </summary>
    /// <exception cref="InputException">The sequences are too long for the model.</exception>
    public static HeadScores OnRepeatedTokens(Model model, RepeatedTokens sequences) =>
        Of(model, sequences.Tokens, (kind, pattern, _) => kind switch
        {
            HeadKind.Induction => Diagonal(pattern, sequences.Period - 1),
            HeadKind.Previous => Diagonal(pattern, 1),
            HeadKind.Duplicate => Diagonal(pattern, sequences.Period),
            HeadKind.Current => Diagonal(pattern, 0),
            _ => (pattern.Column(0).Sum() - pattern[0, 0]) / (pattern.Rows - 1),
        });

    /// <summary>How near every head's attention on given prompts is to where each kind of head would look.</summary>
    /// <exception cref="InputException">A prompt has only one token, or is too long for the model.</exception>
    public static HeadScores OnPrompts(
        Model model, TokenBatch prompts, PatternMeasure measure, bool excludeFirst = false, bool excludeCurrent = false)
    {
        if (prompts.Lengths.Contains(1))
            throw new InputException("a prompt of one token has nowhere to look back to: give two tokens or more");
        return Of(model, prompts, (kind, pattern, tokens) =>
            DetectionPattern.Score(pattern, DetectionPattern.Of(kind, tokens), measure, excludeFirst, excludeCurrent));
    }

    /// <summary>A head's score on each prompt.</summary>
    public double[] Of(HeadKind kind, Node head) => [.. _scores[kind].Select(prompt => prompt[head.Layer, head.Head])];

    /// <summary>A head's entropy on each prompt: mean over queries of −Σ p ln p over the keys, in nats.</summary>
    public double[] Entropies(Node head) => [.. _entropies.Select(prompt => prompt[head.Layer, head.Head])];

    delegate double Measured(HeadKind kind, Matrix pattern, int[] tokens);

    static HeadScores Of(Model model, TokenBatch prompts, Measured measured)
    {
        (int layers, int heads) = (model.Config.NLayers, model.Config.NHeads);
        double[][,] Empty() => [.. Enumerable.Range(0, prompts.Count).Select(_ => new double[layers, heads])];
        Dictionary<HeadKind, double[][,]> scores = Enum.GetValues<HeadKind>().ToDictionary(kind => kind, _ => Empty());
        double[][,] entropies = Empty();
        Plan patterns = new()
        {
            Record = [.. Enumerable.Range(0, layers).Select(layer => Site.Pattern.At(layer))],
            LastLogitsOnly = true,
        };
        for (int start = 0; start < prompts.Count; start += PromptsAtOnce)
        {
            int count = Math.Min(PromptsAtOnce, prompts.Count - start);
            TokenBatch part = new([.. Enumerable.Range(start, count).Select(b => prompts.Prompt(b).ToArray())]);
            using Run run = model.Run(part, patterns);
            Work.For(count * layers * heads, i =>
            {
                (int b, int layer, int head) = (i / heads / layers, i / heads % layers, i % heads);
                int[] tokens = part.Prompt(b).ToArray();
                Matrix pattern = PatternOf(run[Site.Pattern.At(layer)], b, head, tokens.Length);
                foreach (HeadKind kind in scores.Keys)
                    scores[kind][start + b][layer, head] = measured(kind, pattern, tokens);
                entropies[start + b][layer, head] = Entropy(pattern);
            });
        }
        return new(scores, entropies);
    }

    // One head's attention on one prompt, padding left out.
    static Matrix PatternOf(Tensor all, int prompt, int head, int length)
    {
        (int heads, int positions) = (all.Shape[1], all.Shape[2]);
        int start = ((prompt * heads) + head) * positions * positions;
        return new(length, length, (q, k) => all.Data[start + (q * positions) + k]);
    }

    static double Diagonal(Matrix pattern, int distance)
    {
        double sum = 0;
        for (int q = distance; q < pattern.Rows; q++)
            sum += pattern[q, q - distance];
        return sum / (pattern.Rows - distance);
    }

    static double Entropy(Matrix pattern)
    {
        double sum = 0;
        for (int q = 0; q < pattern.Rows; q++)
            foreach (double p in pattern.Row(q))
                if (p > 0)
                    sum -= p * Elementary.Log((float)p);
        return sum / pattern.Rows;
    }
}
