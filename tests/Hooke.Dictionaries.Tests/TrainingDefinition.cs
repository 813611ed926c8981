namespace Hooke.Dictionaries.Tests;

/// <summary>The training loss of a batch, dense and in double precision, straight from the definitions.</summary>
sealed class TrainingDefinition
{
    readonly TrainingRecipe _recipe;
    readonly DictionaryTrainer _trainer;
    readonly double[][] _inputs, _targets;
    readonly int _rows;
    readonly Dictionary<string, double[]> _frozen;

    public TrainingDefinition(DictionaryTrainer trainer, Tensor[] inputs, Tensor[] targets)
    {
        (_trainer, _recipe, _rows) = (trainer, trainer.Recipe, inputs[0].Shape[0]);
        (_inputs, _targets) = ([.. inputs.Select(Numbers)], [.. targets.Select(Numbers)]);
        _frozen = trainer.Parameters.ToDictionary(parameter => parameter.Name, parameter => Numbers(parameter.Value));
    }

    /// <summary>Weights by name, as they are now.</summary>
    public IReadOnlyDictionary<string, double[]> Weights => _frozen;

    /// <summary>What was added to one latent of one row, to see what it does.</summary>
    public (int Coder, int Row, int Latent, double Amount)? Nudge { get; set; }

    /// <summary>The loss with one number of one weight changed; what no gradient goes through stays as it is.</summary>
    public double Loss(string weight = "", int at = 0, double by = 0)
    {
        Dictionary<string, double[]> weights = new(_frozen);
        if (weight.Length > 0)
        {
            weights[weight] = [.. _frozen[weight]];
            weights[weight][at] += by;
        }
        int coders = _trainer.Coders.Count;
        double[][] pre = [.. Enumerable.Range(0, coders).Select(c => Pre(weights, c))];
        double[][] latents = [.. Enumerable.Range(0, coders).Select(c => Latents(weights, c, pre[c]))];
        double loss = 0;
        foreach (int width in _recipe.Widths ?? [_recipe.NLatents])
            loss += Error(Written(weights, latents, width), (s, r, e) => Scale(_recipe.Error, s) * e * e);
        for (int c = 0; c < coders; c++)
            loss += Paid(weights, c, pre[c], latents[c]) + Silence(weights, c, pre[c]);
        return loss + Auxiliary(weights, pre);
    }

    public double[] Pre(int coder) => Pre(_frozen, coder);

    static string Name(int coder, string weight) => $"coders.{coder}.{weight}";

    // x' W_enc, without a bias for a gated coder.
    double[] Pre(Dictionary<string, double[]> weights, int c)
    {
        TrainedCoder coder = _trainer.Coders[c];
        double[] x = [.. _inputs[c]], encoder = weights[Name(c, "W_enc")], bias = weights[Name(c, "b_enc")];
        double[] centre = [.. coder.Sites.SelectMany(s => weights[$"b_dec.{s}"])];
        for (int i = 0; coder.Subtracts && i < x.Length; i++)
            x[i] -= centre[i % coder.DIn];
        int n = _recipe.NLatents;
        return [.. Enumerable.Range(0, _rows * n).Select(i => Enumerable.Range(0, coder.DIn)
            .Sum(d => x[(i / n * coder.DIn) + d] * encoder[(i % n * coder.DIn) + d])
            + (_recipe.Kind == CoderKind.Gated ? 0 : bias[i % n]))];
    }

    double[] Latents(Dictionary<string, double[]> weights, int c, double[] pre)
    {
        int n = _recipe.NLatents;
        double[] rank = [.. pre.Select((p, i) => p * (_recipe.RanksByDecoderNorm ? Norm(weights, c, i % n, false) : 1))];
        double[] f = [.. pre.Select((p, i) => _recipe.Kind switch
        {
            CoderKind.Relu => Math.Max(p, 0),
            CoderKind.TopK => Rank(rank, i, i / n * n, n) < _recipe.K ? Math.Max(p, 0) : 0,
            CoderKind.BatchTopK => Rank(rank, i, 0, rank.Length) < _recipe.K * _rows ? Math.Max(p, 0) : 0,
            CoderKind.JumpRelu => p > Math.Exp(weights[Name(c, "log_threshold")][i % n]) ? p : 0,
            _ => p + weights[Name(c, "b_enc")][i % n] > 0
                ? Math.Max((p * Math.Exp(weights[Name(c, "r_mag")][i % n])) + weights[Name(c, "b_mag")][i % n], 0) : 0,
        })];
        if (Nudge is { } nudge && nudge.Coder == c)
            f[(nudge.Row * n) + nudge.Latent] += nudge.Amount;
        return f;
    }

    static int Rank(double[] values, int i, int start, int count) => values.Skip(start).Take(count).Count(value => value > values[i]);

    double[][] Written(Dictionary<string, double[]> weights, double[][] latents, int below, bool biased = true)
    {
        double[][] written = [.. _targets.Select((target, s) => target.Select(
            (_, i) => biased ? weights[$"b_dec.{s}"][i % (target.Length / _rows)] : 0).ToArray())];
        for (int c = 0; c < latents.Length; c++)
        {
            TrainedCoder coder = _trainer.Coders[c];
            int row = coder.Offsets[^1];
            for (int o = 0; o < coder.Sites.Length; o++)
                for (int r = 0; r < _rows; r++)
                    for (int d = 0, width = coder.Offsets[o + 1] - coder.Offsets[o]; d < width; d++)
                    {
                        for (int j = 0; j < below; j++)
                            written[coder.Sites[o]][(r * width) + d] += latents[c][(r * _recipe.NLatents) + j]
                                * weights[Name(c, "W_dec")][(j * row) + coder.Offsets[o] + d];
                        for (int i = 0; biased && o == 0 && coder.Skip is not null && i < coder.DIn; i++)
                            written[coder.Sites[o]][(r * width) + d] +=
                                _inputs[c][(r * coder.DIn) + i] * weights[Name(c, "W_skip")][(i * width) + d];
                    }
        }
        return written;
    }

    double Error(double[][] written, Func<int, int, double, double> of) => Enumerable.Range(0, written.Length).Sum(s =>
        written[s].Select((value, i) => of(s, i, value - _targets[s][i])).Sum()) / _rows;

    double Scale(ErrorUnit unit, int site, double[]? of = null)
    {
        double[] values = of ?? _targets[site];
        int width = values.Length / _rows;
        if (unit != ErrorUnit.OfVariance)
            return unit == ErrorUnit.Squared ? 1 : 1.0 / width;
        double[] mean = [.. Enumerable.Range(0, width).Select(d => Enumerable.Range(0, _rows).Average(r => values[(r * width) + d]))];
        return _rows / values.Select((value, i) => (value - mean[i % width]) * (value - mean[i % width])).Sum();
    }

    double Norm(Dictionary<string, double[]> weights, int c, int latent, bool sums)
    {
        int[] offsets = _trainer.Coders[c].Offsets;
        double[] row = weights[Name(c, "W_dec")][(latent * offsets[^1])..((latent + 1) * offsets[^1])];
        double Of(Range part) => Math.Sqrt(row[part].Sum(value => value * value));
        return sums ? Enumerable.Range(0, offsets.Length - 1).Sum(o => Of(offsets[o]..offsets[o + 1])) : Of(..);
    }

    double Paid(Dictionary<string, double[]> weights, int c, double[] pre, double[] latents)
    {
        if (_recipe.Sparsity is not { } sparsity)
            return 0;
        int n = _recipe.NLatents;
        double Of(int i)
        {
            double norm = Norm(weights, c, i % n, sparsity.SumsNorms), p = sparsity.FinalPower;
            double f = _recipe.Kind == CoderKind.Gated ? Math.Max(pre[i] + weights[Name(c, "b_enc")][i % n], 0) : latents[i];
            return sparsity.Penalty switch
            {
                SparsityPenalty.L1 when p == 1 => f,
                SparsityPenalty.L1 => Math.Pow(f + 1e-3, p) - Math.Pow(1e-3, p),
                SparsityPenalty.WeightedL1 => f * norm,
                _ => Math.Tanh(sparsity.TanhScale * f * norm),
            };
        }
        return sparsity.Coefficient * Enumerable.Range(0, pre.Length).Sum(Of) / _rows;
    }

    double Silence(Dictionary<string, double[]> weights, int c, double[] pre)
    {
        int n = _recipe.NLatents;
        return _recipe.Revival.PreActivation == 0 ? 0 : _recipe.Revival.PreActivation * Enumerable.Range(0, pre.Length)
            .Where(i => IsDead(c, i % n))
            .Sum(i => Math.Max(Math.Exp(weights[Name(c, "log_threshold")][i % n]) - pre[i], 0) * Norm(weights, c, i % n, false)) / _rows;
    }

    bool IsDead(int c, int latent) => Dead.Contains((c, latent));

    /// <summary>Which latents were dead when the step began.</summary>
    public HashSet<(int Coder, int Latent)> Dead { get; } = [];

    double Auxiliary(Dictionary<string, double[]> weights, double[][] pre)
    {
        int n = _recipe.NLatents;
        if (_recipe.Kind == CoderKind.Gated) // decoders that do not learn
            return Error(Written(_frozen, [.. pre.Select((of, c) => of.Select(
                (g, i) => Math.Max(g + weights[Name(c, "b_enc")][i % n], 0)).ToArray())], n), (s, r, e) => Scale(_recipe.Error, s) * e * e);
        if (Dead.Count == 0 || _recipe.Revival.AuxK is not { } auxK)
            return 0;
        double[][] dead = [.. pre.Select((of, c) => of.Select((p, i) =>
        {
            double[] ranks = [.. Enumerable.Range(0, n).Select(j => !IsDead(c, j) ? double.NegativeInfinity
                : of[(i / n * n) + j] * (_recipe.RanksByDecoderNorm ? Norm(weights, c, j, false) : 1))];
            return IsDead(c, i % n) && ranks.Count(rank => rank > ranks[i % n]) < auxK ? Math.Max(p, 0) : 0;
        }).ToArray())];
        double[][] whole = Written(_frozen, [.. Enumerable.Range(0, pre.Length).Select(c => Latents(_frozen, c, Pre(_frozen, c)))], n);
        double[][] left = [.. whole.Select((written, s) => written.Select((value, i) => _targets[s][i] - value).ToArray())];
        double[][] again = Written(weights, dead, n, biased: false);
        return _recipe.Revival.AuxCoefficient * Enumerable.Range(0, again.Length).Sum(s => Scale(_recipe.Revival.AuxUnit, s, left[s])
            * again[s].Select((value, i) => (value - left[s][i]) * (value - left[s][i])).Sum()) / _rows;
    }

    static double[] Numbers(Tensor tensor) => [.. tensor.Data.ToArray().Select(value => (double)value)];
}
