namespace Hooke.Studies;

/// <summary>What one dimension does with two features.</summary>
public enum ToyPhase
{
    /// <summary>The first has the dimension, the second is not represented.</summary>
    First,

    /// <summary>The second has the dimension, the first is not represented.</summary>
    Second,

    /// <summary>Both share it, pointing opposite ways: superposition.</summary>
    Antipodal,

    /// <summary>None of these: a solution that training was caught in.</summary>
    Other,
}

/// <summary>
/// Two features, of importance 1 and r, present with probability p, in one dimension: the least expected loss of each of
/// the three solutions, without any training.
/// </summary>
/// <remarks>Source: Elhage et al. 2022, "Toy models of superposition", the section on phase change.</remarks>
public static class PhaseTheory
{
    const int Points = 32; // of the midpoint rule on [0, 1]

    /// <summary>The variance of a feature, p/3 − p²/4: what not representing it costs, its bias being its mean.</summary>
    public static double Variance(double density) => (density / 3) - (density * density / 4);

    /// <summary>(1 + r) p²/6: what W = [1, −1], b = 0 costs, which errs only where both are present, by the smaller.</summary>
    public static double PlainAntipodalLoss(double density, double importance) => (1 + importance) * density * density / 6;

    /// <summary>The least expected loss of a phase.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The phase is none of the three.</exception>
    public static double LeastLoss(ToyPhase phase, double density, double importance) => phase switch
    {
        ToyPhase.First => importance * Variance(density),
        ToyPhase.Second => Variance(density),
        ToyPhase.Antipodal => LeastAntipodalLoss(density, importance),
        _ => throw new ArgumentOutOfRangeException(nameof(phase)),
    };

    /// <summary>The phase of the least expected loss.</summary>
    public static ToyPhase Best(double density, double importance) =>
        new[] { ToyPhase.First, ToyPhase.Second, ToyPhase.Antipodal }.MinBy(phase => LeastLoss(phase, density, importance));

    /// <summary>Expected (x₁ − x̂₁)² + r (x₂ − x̂₂)² of W = [w₁, w₂] and b = [b₁, b₂], by the midpoint rule.</summary>
    public static double ExpectedLoss(double w1, double w2, double b1, double b2, double density, double importance)
    {
        double none = Loss(0, 0), one = 0, both = 0;
        for (int i = 0; i < Points; i++)
        {
            double x = (i + 0.5) / Points;
            one += Loss(x, 0) + Loss(0, x);
            for (int j = 0; j < Points; j++)
                both += Loss(x, (j + 0.5) / Points);
        }
        double absent = 1 - density;
        return (absent * absent * none) + (density * absent * one / Points) + (density * density * both / (Points * Points));

        double Loss(double x1, double x2)
        {
            double hidden = (w1 * x1) + (w2 * x2);
            double miss1 = x1 - Math.Max(0, (w1 * hidden) + b1), miss2 = x2 - Math.Max(0, (w2 * hidden) + b2);
            return (miss1 * miss1) + (importance * miss2 * miss2);
        }
    }

    // Steps along each of w₁ > 0, w₂ < 0, b₁ and b₂ in turn, halved when none helps.
    static double LeastAntipodalLoss(double density, double importance)
    {
        double[] at = [1, -1, 0, 0];
        double least = Loss(at);
        for (double step = 0.1; step > 0.001;)
        {
            double before = least;
            for (int i = 0; i < at.Length; i++)
                foreach (double change in new[] { step, -step })
                {
                    double old = at[i];
                    at[i] += change;
                    bool isAntipodal = at[0] >= ToyPhases.LeastRatio * -at[1] && -at[1] >= ToyPhases.LeastRatio * at[0];
                    if (isAntipodal && Loss(at) is var loss && loss < least)
                        least = loss;
                    else
                        at[i] = old;
                }
            if (least >= before)
                step /= 2;
        }
        return least;

        double Loss(double[] w) => ExpectedLoss(w[0], w[1], w[2], w[3], density, importance);
    }
}

/// <summary>Tells the phase of a trained model.</summary>
static class ToyPhases
{
    /// <summary>A feature whose weight is a smaller share of the other's does not have a part of the dimension.</summary>
    public const double LeastRatio = 0.3;

    const double LeastWeight = 0.3;

    /// <summary>The phase of W [1, 2].</summary>
    public static ToyPhase Of(ToyModel model)
    {
        (double w1, double w2) = (model.Weight.Data[0], model.Weight.Data[1]);
        double most = Math.Max(Math.Abs(w1), Math.Abs(w2)), least = Math.Min(Math.Abs(w1), Math.Abs(w2));
        return most < LeastWeight ? ToyPhase.Other
            : least < LeastRatio * most ? (Math.Abs(w1) > Math.Abs(w2) ? ToyPhase.First : ToyPhase.Second)
            : w1 * w2 < 0 ? ToyPhase.Antipodal
            : ToyPhase.Other;
    }
}
