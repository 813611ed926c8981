using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// A logistic regression: minimises Σ c·log(1 + exp(−±(w·z + b))) + λ/2 ‖w‖² over rows, z the features in units of their
/// standard deviation, each class with half of the weight c.
/// </summary>
/// <remarks>Newton's method in double precision, so that the optimum is reached to rounding and no seed is needed.</remarks>
public sealed class LogisticProbe
{
    const int MostSteps = 100;
    const double Flat = 1e-10; // gradient norm at which the optimum is reached

    LogisticProbe(double[] weights, double bias) => (Weights, Bias) = (weights, bias);

    /// <summary>The direction in the features' own units.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>What is added to the product.</summary>
    public double Bias { get; }

    /// <summary>Trains a probe.</summary>
    /// <param name="features">[rows, features]</param>
    /// <param name="labels">One for each row.</param>
    /// <param name="l2">λ, in units of a loss whose rows weigh 1 in all.</param>
    /// <exception cref="ArgumentException">Labels and rows differ in number, or one class has no row.</exception>
    public static LogisticProbe Fit(Matrix features, IReadOnlyList<bool> labels, double l2 = 0.01)
    {
        int positives = labels.Count(label => label);
        if (labels.Count != features.Rows || positives == 0 || positives == labels.Count || !(l2 > 0))
            throw new ArgumentException($"a probe needs a label for each of {features.Rows} rows, both kinds of them, and λ "
                + $"above 0; it has {labels.Count} labels, {positives} of them true, and λ = {l2}");
        (double[] means, double[] scales) = Spread(features);
        Matrix x = Standardised(features, means, scales);
        double[] costs = [.. labels.Select(label => 0.5 / (label ? positives : labels.Count - positives))];
        double[] w = Minimise(x, labels, costs, l2);
        double[] weights = [.. scales.Select((scale, j) => w[j] * scale)];
        return new LogisticProbe(weights, w[^1] - CholeskyFactor.Dot(weights, means));
    }

    /// <summary>Log-odds of the true class.</summary>
    public double LogOdds(ReadOnlySpan<double> x) => CholeskyFactor.Dot((double[])Weights, x) + Bias;

    /// <summary>For each row whether the true class is likelier.</summary>
    public bool[] Predict(Matrix features)
    {
        bool[] predicted = new bool[features.Rows];
        for (int r = 0; r < predicted.Length; r++)
            predicted[r] = LogOdds(features.Row(r)) > 0;
        return predicted;
    }

    // Newton steps; one that overshoots along its line is halved.
    static double[] Minimise(Matrix x, IReadOnlyList<bool> labels, double[] costs, double l2)
    {
        double[] w = new double[x.Columns];
        (double[] gradient, double[] curvatures) = Gradient(x, labels, costs, l2, w);
        for (int step = 0; step < MostSteps && Norm(gradient) > Flat; step++)
        {
            double[] move = new CholeskyFactor(Hessian(x, curvatures, l2)).Solve(gradient);
            double slope = CholeskyFactor.Dot(gradient, move), length = 1; // descent goes along −move
            for (int halvings = 0; ; halvings++, length /= 2)
            {
                double[] next = [.. w.Select((value, j) => value - (length * move[j]))];
                (double[] after, double[] curved) = Gradient(x, labels, costs, l2, next);
                if (CholeskyFactor.Dot(after, move) < -0.9 * slope && halvings < 50)
                    continue;
                (w, gradient, curvatures) = (next, after, curved);
                break;
            }
        }
        return w;
    }

    static (double[] Gradient, double[] Curvatures) Gradient(
        Matrix x, IReadOnlyList<bool> labels, double[] costs, double l2, double[] w)
    {
        double[] gradient = [.. w.Select((value, j) => j < w.Length - 1 ? l2 * value : 0)], curvatures = new double[x.Rows];
        for (int r = 0; r < x.Rows; r++)
        {
            ReadOnlySpan<double> row = x.Row(r);
            double p = DoubleExp.Sigmoid(CholeskyFactor.Dot(row, w)), error = costs[r] * (labels[r] ? p - 1 : p);
            curvatures[r] = costs[r] * p * (1 - p);
            for (int j = 0; j < row.Length; j++)
                gradient[j] += error * row[j];
        }
        return (gradient, curvatures);
    }

    static Matrix Hessian(Matrix x, double[] curvatures, double l2)
    {
        Matrix weighted = new(x.Columns, x.Rows, (j, r) => curvatures[r] * x[r, j]);
        Matrix hessian = weighted.Times(x);
        for (int j = 0; j < x.Columns; j++)
            hessian[j, j] += j < x.Columns - 1 ? l2 : 1e-12; // a bias so sure that its curvature rounds to 0
        return hessian;
    }

    // The last column is the bias's.
    static Matrix Standardised(Matrix features, double[] means, double[] scales) => new(features.Rows, features.Columns + 1,
        (r, j) => j < means.Length ? (features[r, j] - means[j]) * scales[j] : 1);

    // Means, and 1 / deviation; 0 for what never changes.
    static (double[] Means, double[] Scales) Spread(Matrix features)
    {
        double[] means = new double[features.Columns], squares = new double[features.Columns];
        for (int r = 0; r < features.Rows; r++)
            for (int j = 0; j < means.Length; j++)
                means[j] += features[r, j] / features.Rows;
        for (int r = 0; r < features.Rows; r++)
            for (int j = 0; j < means.Length; j++)
                squares[j] += (features[r, j] - means[j]) * (features[r, j] - means[j]) / features.Rows;
        return (means, [.. squares.Select((square, j) =>
            square > 1e-20 * (1 + (means[j] * means[j])) ? 1 / Math.Sqrt(square) : 0)]);
    }

    static double Norm(double[] x) => Math.Sqrt(CholeskyFactor.Dot(x, x));
}
