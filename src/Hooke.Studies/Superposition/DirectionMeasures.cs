using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>How directions share the dimensions they lie in: a toy model's features, decoder rows, embeddings, probes.</summary>
/// <remarks>
/// All follows from C = Σⱼ wⱼᵀ wⱼ [d, d], so that the cost grows with the directions and not with their pairs. Source of
/// the first two: Elhage et al. 2022, "Toy models of superposition".
/// </remarks>
public sealed class DirectionMeasures
{
    readonly double[] _norms, _dimensionalities, _interferences;

    /// <summary>Measures directions.</summary>
    /// <param name="directions">[n, d], a direction to a row.</param>
    /// <exception cref="ArgumentException">There is no direction, or it is not a matrix.</exception>
    /// <exception cref="InputException">A number is infinite or not a number.</exception>
    public DirectionMeasures(Tensor directions)
    {
        if (directions.Shape.Rank != 2 || directions.Shape.Count == 0)
            throw new ArgumentException($"directions of shape {directions.Shape}, not [n, d]");
        (Count, Dimensions) = (directions.Shape[0], directions.Shape[1]);
        Matrix second = Matrix.TransposedProduct(directions, directions);
        if (!second.IsFinite())
            throw new InputException("the directions hold a number that is infinite or not a number, or overflow when squared");
        Matrix onto = Matrix.Product(directions, second);
        (_norms, _dimensionalities, _interferences) = (new double[Count], new double[Count], new double[Count]);
        using Tensor units = Tensor.Zeros(Count, Dimensions);
        for (int i = 0; i < Count; i++)
            Measure(
                i, directions.Data.Slice(i * Dimensions, Dimensions), onto.Row(i), units.Data.Slice(i * Dimensions, Dimensions));
        double total = Enumerable.Range(0, Dimensions).Sum(k => second[k, k]);
        FeaturesPerDimension = total / Dimensions;
        EffectiveDimensions = total > 0 ? total * total / (second.Norm() * second.Norm()) : 0;
        FeaturesPerNeuron = Participation(directions);
        int present = _norms.Count(norm => norm > 0);
        double alike = Matrix.TransposedProduct(units, units).Norm();
        MeanSquaredCosine = present > 1 ? Math.Max(0, ((alike * alike) - present) / ((double)present * (present - 1))) : 0;
        LeastMeanSquaredCosine = present > 1 ? Math.Max(0, (present - Dimensions) / (Dimensions * (present - 1.0))) : 0;
    }

    /// <summary>How many directions: n.</summary>
    public int Count { get; }

    /// <summary>How many dimensions they lie in: d.</summary>
    public int Dimensions { get; }

    /// <summary>‖W‖²_F / d: a feature stored whole has norm 1, so this counts features to a dimension.</summary>
    public double FeaturesPerDimension { get; }

    /// <summary>‖wᵢ‖ of each direction.</summary>
    public IReadOnlyList<double> Norms => _norms;

    /// <summary>
    /// Dᵢ = ‖wᵢ‖² / Σⱼ (ŵᵢ · wⱼ)², the share of a dimension that a direction has to itself, in [0, 1]; 0 for none.
    /// </summary>
    public IReadOnlyList<double> Dimensionalities => _dimensionalities;

    /// <summary>Σ over j ≠ i of (ŵᵢ · wⱼ)²: what all the others write along a direction.</summary>
    public IReadOnlyList<double> Interferences => _interferences;

    /// <summary>(tr C)² / ‖C‖²_F, between 1 and d: over how many dimensions the directions are spread evenly.</summary>
    public double EffectiveDimensions { get; }

    /// <summary>Mean of cos² over pairs of different directions; 1/d for directions drawn at random.</summary>
    public double MeanSquaredCosine { get; }

    /// <summary>The least that mean can be, (n − d) / (d (n − 1)) where n is over d (Welch's bound).</summary>
    public double LeastMeanSquaredCosine { get; }

    /// <summary>
    /// For each dimension (Σᵢ wᵢₖ²)² / Σᵢ wᵢₖ⁴, the number of directions that use it, as if they used it alike; 0 for none.
    /// It says something where single dimensions do: of the neurons inside an MLP, not of the residual stream.
    /// </summary>
    public IReadOnlyList<double> FeaturesPerNeuron { get; }

    static double[] Participation(Tensor directions)
    {
        double[] squares = new double[directions.Shape[1]], fourths = new double[squares.Length];
        for (int i = 0; i < directions.Shape.Count; i++)
        {
            double square = (double)directions.Data[i] * directions.Data[i];
            squares[i % squares.Length] += square;
            fourths[i % squares.Length] += square * square;
        }
        return [.. squares.Zip(fourths, (square, fourth) => fourth > 0 ? square * square / fourth : 0)];
    }

    void Measure(int i, ReadOnlySpan<float> direction, ReadOnlySpan<double> onto, Span<float> unit)
    {
        double square = 0, shared = 0;
        for (int k = 0; k < direction.Length; k++)
        {
            square += (double)direction[k] * direction[k];
            shared += direction[k] * onto[k];
        }
        _norms[i] = Math.Sqrt(square);
        if (square == 0)
            return;
        _dimensionalities[i] = Math.Clamp(square * square / shared, 0, 1);
        _interferences[i] = Math.Max(0, (shared / square) - square);
        for (int k = 0; k < unit.Length; k++)
            unit[k] = (float)(direction[k] / _norms[i]);
    }
}
