using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>softmax of one row of logits, and what is read off it.</summary>
sealed class TokenDistribution
{
    readonly float[] _logits, _logProbabilities, _probabilities;

    public TokenDistribution(ReadOnlySpan<float> logits)
    {
        _logits = logits.ToArray();
        (_logProbabilities, _probabilities) = (new float[_logits.Length], new float[_logits.Length]);
        float max = Reduce.Max(_logits);
        for (int i = 0; i < _logits.Length; i++)
            _logProbabilities[i] = _logits[i] - max;
        Elementary.Exp(_logProbabilities, _probabilities);
        float logSum = Elementary.Log(Reduce.Sum(_probabilities));
        for (int i = 0; i < _logits.Length; i++)
            _logProbabilities[i] -= logSum;
        Elementary.Exp(_logProbabilities, _probabilities);
    }

    /// <summary>−Σ p log p, in nats.</summary>
    public double Entropy
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < _logits.Length; i++)
                sum -= (double)_probabilities[i] * _logProbabilities[i];
            return sum;
        }
    }

    /// <summary>Σ p (log p − log q) where this is p, in nats.</summary>
    public double DivergenceFrom(TokenDistribution q)
    {
        double sum = 0;
        for (int i = 0; i < _logits.Length; i++)
            sum += _probabilities[i] * ((double)_logProbabilities[i] - q._logProbabilities[i]);
        return Math.Max(0, sum); // rounding may take equal distributions below
    }

    /// <summary>The likeliest tokens, best first, the lower id first on a tie.</summary>
    public TokenScore[] Top(int count)
    {
        PriorityQueue<int, (float, int)> best = new(); // the worst of them at its head
        for (int token = 0; token < _logits.Length; token++)
        {
            best.Enqueue(token, (_logits[token], -token));
            if (best.Count > count)
                best.Dequeue();
        }
        TokenScore[] top = new TokenScore[best.Count];
        for (int rank = top.Length; rank > 0; rank--)
            top[rank - 1] = Score(best.Dequeue(), rank);
        return top;
    }

    /// <summary>One token's score.</summary>
    public TokenScore Of(int token)
    {
        int rank = 1;
        for (int other = 0; other < _logits.Length; other++)
            if (_logits[other] > _logits[token] || (_logits[other] == _logits[token] && other < token))
                rank++;
        return Score(token, rank);
    }

    TokenScore Score(int token, int rank) => new(token, _probabilities[token], _logits[token], rank);
}
