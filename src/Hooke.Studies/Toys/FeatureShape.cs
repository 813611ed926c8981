namespace Hooke.Studies;

/// <summary>An arrangement of directions that superposition settles in: k vertices spread evenly over d dimensions.</summary>
/// <param name="Name">Such as pentagon.</param>
/// <param name="Vertices">k</param>
/// <param name="Dimensions">d; each vertex has d / k of a dimension.</param>
public sealed record FeatureShape(string Name, int Vertices, int Dimensions)
{
    const double Sin45 = 0.70710678118654752;

    double[] _cosines = []; // of one vertex to the others, ascending; the same for every vertex

    /// <summary>The shapes that are known by name.</summary>
    public static IReadOnlyList<FeatureShape> All { get; } =
    [
        Simplex("alone", 1), Simplex("digon", 2), Simplex("triangle", 3), Simplex("tetrahedron", 4), Simplex("4-simplex", 5),
        new("pentagon", 5, 2) { _cosines = [-0.80902, -0.80902, 0.30902, 0.30902] },
        new("hexagon", 6, 2) { _cosines = [-1, -0.5, -0.5, 0.5, 0.5] },
        // Two squares at heights ±1/√3, one turned by 45°: then the vertices are spread evenly over the three dimensions.
        new("square antiprism", 8, 3)
        {
            _cosines =
            [
                -(1 + 2 * Sin45) / 3, -(1 + 2 * Sin45) / 3, -1 / 3.0, (2 * Sin45 - 1) / 3, (2 * Sin45 - 1) / 3, 1 / 3.0, 1 / 3.0,
            ],
        },
    ];

    /// <summary>d / k, the dimensionality of a feature at a vertex.</summary>
    public double Dimensionality => (double)Dimensions / Vertices;

    /// <summary>How far, at most, a vertex' sorted cosines to the others are from the shape's.</summary>
    internal double Distance(IReadOnlyList<double> cosines) =>
        cosines.Order().Zip(_cosines, (found, ideal) => Math.Abs(found - ideal)).DefaultIfEmpty(0).Max();

    static FeatureShape Simplex(string name, int vertices) =>
        new(name, vertices, Math.Max(1, vertices - 1)) { _cosines = [.. Enumerable.Repeat(-1.0 / (vertices - 1), vertices - 1)] };
}
