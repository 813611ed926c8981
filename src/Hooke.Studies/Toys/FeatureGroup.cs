using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Features that interfere with one another and with no others, and the shape that their directions form.</summary>
/// <param name="Features">Which, in rising order.</param>
/// <param name="Dimensions">Over how many dimensions they are spread, rounded.</param>
/// <param name="Shape">The shape, or null where it has no name here.</param>
public sealed record FeatureGroup(IReadOnlyList<int> Features, int Dimensions, FeatureShape? Shape)
{
    /// <summary>A feature of a smaller norm is not represented.</summary>
    public const double LeastNorm = 0.5;

    /// <summary>Features whose directions have a smaller cosine are taken to be orthogonal.</summary>
    public const double LeastCosine = 0.2;

    /// <summary>Each cosine of a shape is met within this.</summary>
    public const double Tolerance = 0.15;

    /// <summary>The groups of a toy model's features, by their first feature.</summary>
    public static IReadOnlyList<FeatureGroup> Of(ToyModel model)
    {
        Matrix cosines = Cosines(model, out double[] norms);
        List<FeatureGroup> groups = [];
        bool[] seen = new bool[model.Features];
        for (int first = 0; first < model.Features; first++)
            if (!seen[first] && norms[first] >= LeastNorm)
                groups.Add(Of(Connected(first, cosines, norms, seen), cosines));
        return groups;
    }

    static FeatureGroup Of(List<int> features, Matrix cosines)
    {
        // Tr(C)² / ‖C‖² of unit directions: exactly d where k of them are spread evenly over d dimensions.
        double squares = features.Sum(i => features.Sum(j => cosines[i, j] * cosines[i, j]));
        int dimensions = (int)Math.Round(features.Count * features.Count / squares);
        FeatureShape? shape = FeatureShape.All.FirstOrDefault(known => known.Vertices == features.Count
            && known.Dimensions == dimensions
            && features.All(i => known.Distance([.. features.Where(j => j != i).Select(j => cosines[i, j])]) <= Tolerance));
        return new FeatureGroup(features, dimensions, shape);
    }

    static List<int> Connected(int first, Matrix cosines, double[] norms, bool[] seen)
    {
        List<int> found = [first];
        seen[first] = true;
        for (int at = 0; at < found.Count; at++)
            for (int j = 0; j < seen.Length; j++)
                if (!seen[j] && norms[j] >= LeastNorm && Math.Abs(cosines[found[at], j]) >= LeastCosine)
                {
                    seen[j] = true;
                    found.Add(j);
                }
        found.Sort();
        return found;
    }

    static Matrix Cosines(ToyModel model, out double[] norms)
    {
        int n = model.Features;
        Matrix gram = Matrix.TransposedProduct(model.Weight, model.Weight);
        double[] lengths = [.. Enumerable.Range(0, n).Select(i => Math.Sqrt(gram[i, i]))];
        norms = lengths;
        return new Matrix(n, n, (i, j) => lengths[i] * lengths[j] is > 0 and var both ? gram[i, j] / both : 0);
    }
}
