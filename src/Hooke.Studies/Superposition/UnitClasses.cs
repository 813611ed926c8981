using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Which classes one unit, a neuron or a latent, responds to.</summary>
/// <param name="Unit">Its index.</param>
/// <param name="Responding">
/// The classes whose response is at least half of the strongest one's, strongest first; one for a monosemantic unit.
/// </param>
/// <param name="Effective">(Σ r)² / Σ r² over classes: as if it responded to so many classes alike; 0 for a silent unit.</param>
/// <param name="Strongest">The strongest response.</param>
public sealed record UnitClasses(int Unit, IReadOnlyList<int> Responding, double Effective, double Strongest)
{
    const double Share = 0.5;

    /// <summary>All units of mean activations [classes, units].</summary>
    /// <remarks>
    /// r is how far a class' mean activation is above the mean of all classes, 0 where below. A unit that only makes
    /// noise has about K/π effective classes of K.
    /// </remarks>
    public static IReadOnlyList<UnitClasses> Of(Tensor means)
    {
        UnitClasses[] units = new UnitClasses[means.Shape[1]];
        Work.For(units.Length, unit => units[unit] = Of(means, unit));
        return units;
    }

    static UnitClasses Of(Tensor means, int unit)
    {
        int classes = means.Shape[0];
        double[] responses = [.. Enumerable.Range(0, classes).Select(c => (double)means.Data[(c * means.Shape[1]) + unit])];
        double mean = responses.Average(), sum = 0, squares = 0;
        for (int c = 0; c < classes; c++)
        {
            responses[c] = Math.Max(0, responses[c] - mean);
            sum += responses[c];
            squares += responses[c] * responses[c];
        }
        double strongest = responses.Max();
        int[] responding = strongest == 0 ? [] :
        [
            .. Enumerable.Range(0, classes).Where(c => responses[c] >= Share * strongest)
                .OrderByDescending(c => responses[c]).ThenBy(c => c),
        ];
        return new(unit, responding, squares > 0 ? sum * sum / squares : 0, strongest);
    }
}
