using System.Globalization;

namespace Hooke.Studies;

/// <summary>The dimensionalities at which features come to rest: d / k of the shapes.</summary>
public static class StickyValues
{
    /// <summary>A dimensionality is counted with a value within this.</summary>
    public const double Tolerance = 0.03;

    /// <summary>The values, with the shape that each belongs to.</summary>
    public static IReadOnlyList<(double Value, string Shape)> All { get; } =
    [
        (1, "alone"), (3 / 4.0, "tetrahedron"), (2 / 3.0, "triangle"), (1 / 2.0, "digon"), (2 / 5.0, "pentagon"),
        (3 / 8.0, "square antiprism"),
    ];

    /// <summary>How many represented features are at each value, such as "1/2 ×12, other ×3".</summary>
    public static string Describe(MeasuredToy point)
    {
        double[] values = [.. point.Represented.Select(i => point.Measures.Dimensionalities[i])];
        int[] counts = [.. All.Select(sticky => values.Count(value => Nearest(value) == sticky.Shape))];
        int other = values.Length - counts.Sum();
        return string.Join(", ", All.Zip(counts).Where(pair => pair.Second > 0)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.First.Value:0.###} ×{pair.Second}"))
            .Concat(other > 0 ? [$"other ×{other}"] : (string[])[]));
    }

    static string? Nearest(double value) =>
        All.MinBy(sticky => Math.Abs(sticky.Value - value)) is var (at, shape) && Math.Abs(at - value) <= Tolerance
            ? shape
            : null;
}
