using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// A second reconstruction: of what is left by dead latents (AuxK), or of the target by the open gates of a gated coder
/// through decoders that it does not train.
/// </summary>
/// <remarks>
/// AuxK's target is the residual, which has no bias in it, so its reconstruction has none either.
/// </remarks>
sealed class AuxiliaryLoss : IDisposable
{
    readonly double[] _squares;

    AuxiliaryLoss(int rows, IReadOnlyList<CoderSite> sites) =>
        (_squares, Gradients) = (new double[rows], [.. sites.Select(site => Tensor.Zeros(rows, site.Width))]);

    /// <summary>Its part of the loss.</summary>
    public double Value => _squares.Sum() / _squares.Length;

    /// <summary>∂loss/∂ what is reconstructed, of each target.</summary>
    public Tensor[] Gradients { get; }

    /// <summary>c · ‖Σ_dead p · W_dec − (y − ŷ)‖².</summary>
    public static AuxiliaryLoss OfDead(
        RevivalRecipe recipe, TrainedCoder[] coders, ActiveLatents?[] revived, Residuals residuals,
        IReadOnlyList<CoderSite> sites)
    {
        TargetSpread? left = recipe.AuxUnit == ErrorUnit.OfVariance ? new(residuals.Whole) : null;
        float[] scales = [.. sites.Select((site, s) => recipe.AuxCoefficient * recipe.AuxUnit switch
        {
            ErrorUnit.Squared => 1f,
            ErrorUnit.PerDimension => 1f / site.Width,
            _ => left!.PerRow(s) is > 0 and double spread ? (float)(1 / spread) : 0,
        })];
        AuxiliaryLoss loss = new(residuals.Whole[0].Shape[0], sites);
        loss.Decode(coders, revived, [.. coders.Select(_ => (Func<int, float, float>)((_, p) => p))], scales, residuals);
        return loss;
    }

    /// <summary>‖ŷ with relu(π) in the place of f, less y‖², where what is decoded with does not learn.</summary>
    public static AuxiliaryLoss OfGates(
        TrainedCoder[] coders, ActiveLatents[] active, LatentFunction[] functions, Residuals residuals,
        IReadOnlyList<CoderSite> sites)
    {
        AuxiliaryLoss loss = new(residuals.Whole[0].Shape[0], sites);
        loss.Decode(coders, active,
            [.. functions.Select(function => (Func<int, float, float>)((i, g) => function.Gate(i, g) - function.Of(i, g)))],
            [.. sites.Select((_, s) => residuals.ScaleOf(s))], residuals);
        return loss;
    }

    public void Dispose()
    {
        foreach (Tensor gradient in Gradients)
            gradient.Dispose();
    }

    void Decode(
        TrainedCoder[] coders, ActiveLatents?[] latents, Func<int, float, float>[] functions, float[] scales,
        Residuals residuals)
    {
        int rows = _squares.Length;
        Work.For(rows, SparseRows.Grain, (start, end) =>
        {
            float[][] sums = [.. Gradients.Select(gradient => new float[gradient.Shape[1]])];
            for (int r = start; r < end; r++)
            {
                foreach (float[] sum in sums)
                    Array.Clear(sum);
                for (int c = 0; c < coders.Length; c++)
                    if (latents[c] is { } list)
                        SparseRows.Add(coders[c], list.LatentsOf(r), list.ValuesOf(r), functions[c], 0, int.MaxValue, sums);
                for (int s = 0; s < sums.Length; s++)
                {
                    TensorPrimitives.Add(sums[s], residuals.Whole[s].Data.Slice(r * sums[s].Length, sums[s].Length), sums[s]);
                    _squares[r] += scales[s] * Reduce.SumOfSquares(sums[s]);
                    TensorPrimitives.Multiply(sums[s], 2 * scales[s] / rows,
                        Gradients[s].Data.Slice(r * sums[s].Length, sums[s].Length));
                }
            }
        });
    }
}
