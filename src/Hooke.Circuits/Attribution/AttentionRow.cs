using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>One query's attention to all keys, with the gradient of the metric with respect to it.</summary>
readonly ref struct AttentionRow
{
    readonly ReadOnlySpan<float> _weights, _scores, _gradient;
    readonly double[] _before, _beforeSloped, _after, _afterSloped; // Σ over the keys before, after one: of w, and of w · g
    readonly int _first, _second; // the keys of the largest and next largest score

    /// <summary>A row.</summary>
    /// <param name="weights">The pattern.</param>
    /// <param name="scores">The scores, −∞ where masked.</param>
    /// <param name="gradient">Of the metric with respect to the pattern.</param>
    public AttentionRow(ReadOnlySpan<float> weights, ReadOnlySpan<float> scores, ReadOnlySpan<float> gradient)
    {
        _weights = weights;
        _scores = scores;
        _gradient = gradient;
        int length = weights.Length;
        (_before, _beforeSloped) = (new double[length + 1], new double[length + 1]);
        (_after, _afterSloped) = (new double[length + 1], new double[length + 1]);
        for (int k = 0; k < length; k++)
            (_before[k + 1], _beforeSloped[k + 1]) =
                (_before[k] + weights[k], _beforeSloped[k] + ((double)weights[k] * gradient[k]));
        for (int k = length - 1; k >= 0; k--)
            (_after[k], _afterSloped[k]) =
                (_after[k + 1] + weights[k], _afterSloped[k + 1] + ((double)weights[k] * gradient[k]));
        (_first, _second) = (0, -1);
        for (int k = 1; k < length; k++)
            if (scores[k] > scores[_first])
                (_first, _second) = (k, _first);
            else if (_second < 0 || scores[k] > scores[_second])
                _second = k;
    }

    /// <summary>Σ over keys of (weight after − weight before) · gradient when one key's score becomes another.</summary>
    public double Moved(int key, float score)
    {
        double others = _before[key] + _after[key + 1];
        int best = key == _first ? _second : _first;
        if (others == 0 || best < 0)
            return 0; // the only key that is seen
        // Σ over the others of exp(s) is exp(best) · others / weight(best).
        double after = 1 / (1 + (Elementary.Exp(_scores[best] - score) * others / _weights[best]));
        return (after - _weights[key]) * (_gradient[key] - ((_beforeSloped[key] + _afterSloped[key + 1]) / others));
    }
}
