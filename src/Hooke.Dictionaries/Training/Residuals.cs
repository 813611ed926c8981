using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What is written less what should be, for each group of latents and each target, and then its gradients.</summary>
sealed class Residuals : IDisposable
{
    readonly TargetSpread _spread;
    readonly double[][] _squares; // of each group, row by row, in units of the loss
    readonly float[] _scales;

    /// <param name="recipe">The recipe.</param>
    /// <param name="targets">[rows, d_out] for each site.</param>
    /// <param name="spread">Their spread.</param>
    public Residuals(TrainingRecipe recipe, IReadOnlyList<Tensor> targets, TargetSpread spread)
    {
        _spread = spread;
        Groups = recipe.Widths is null ? [recipe.NLatents] : [.. recipe.Widths];
        _scales = [.. targets.Select((target, s) => recipe.Error switch
        {
            ErrorUnit.Squared => 1f,
            ErrorUnit.PerDimension => 1f / target.Shape[1],
            _ => spread.PerRow(s) is > 0 and double spreadOfRow ? (float)(1 / spreadOfRow) : 0,
        })];
        Of = [.. Groups.Select(_ => targets.Select(target => Tensor.Zeros(target.Shape)).ToArray())];
        _squares = [.. Groups.Select(_ => new double[targets[0].Shape[0]])];
    }

    /// <summary>Where each group of latents ends.</summary>
    public int[] Groups { get; }

    /// <summary>
    /// ŷ − y by latents up to the end of each group; after <see cref="ToGradients"/> ∂loss/∂ of what the group adds.
    /// </summary>
    public Tensor[][] Of { get; }

    /// <summary>ŷ − y by all latents.</summary>
    public Tensor[] Whole => Of[^1];

    /// <summary>The squared error's part of the loss, over all groups.</summary>
    public double Error => _squares.Sum(group => group.Sum()) / _squares[0].Length;

    /// <summary>Fraction of the targets' variance that all latents leave unexplained.</summary>
    public double Unexplained { get; private set; }

    /// <summary>How much a site's squared error counts.</summary>
    public float ScaleOf(int site) => _scales[site];

    /// <summary>Decodes every row, in the groups' order.</summary>
    public void Decode(
        TrainedCoder[] coders, ActiveLatents[] active, LatentFunction[] functions, IReadOnlyList<Tensor> targets,
        Parameter[] biases, IReadOnlyList<Tensor?> skipped)
    {
        int rows = targets[0].Shape[0];
        double[] whole = new double[rows];
        Work.For(rows, SparseRows.Grain, (start, end) =>
        {
            float[][] sums = [.. targets.Select(target => new float[target.Shape[1]])];
            int[] at = new int[coders.Length];
            Func<int, float, float>[] functionsOf = [.. functions.Select(function => (Func<int, float, float>)function.Of)];
            for (int r = start; r < end; r++)
            {
                foreach (float[] sum in sums)
                    Array.Clear(sum);
                Array.Clear(at);
                for (int g = 0; g < Groups.Length; g++)
                {
                    for (int c = 0; c < coders.Length; c++)
                        at[c] = SparseRows.Add(
                            coders[c], active[c].LatentsOf(r), active[c].ValuesOf(r), functionsOf[c], at[c], Groups[g], sums);
                    for (int s = 0; s < sums.Length; s++)
                        Subtract(g, s, r, sums[s], targets[s], biases[s], skipped[s]);
                }
                foreach (Tensor residual in Whole)
                    whole[r] += Reduce.SumOfSquares(RowOf(residual, r));
            }
        });
        Unexplained = _spread.Total > 0 ? whole.Sum() / _spread.Total : 0;
    }

    /// <summary>ŷ of all latents, a copy for each target.</summary>
    public Tensor[] Written(IReadOnlyList<Tensor> targets) => [.. Whole.Select((residual, s) => Ops.Add(residual, targets[s]))];

    /// <summary>
    /// Turns residuals into gradients: of a latent in group g, Σ over the groups from g on of 2 · scale · residual / rows.
    /// </summary>
    /// <param name="besides">Gradients with respect to what all latents write, or null.</param>
    public void ToGradients(IReadOnlyList<Tensor>? besides)
    {
        for (int s = 0; s < _scales.Length; s++)
        {
            int width = Whole[s].Shape[1];
            float factor = 2 * _scales[s] / Whole[s].Shape[0];
            Work.For(Whole[s].Shape[0], SparseRows.Grain, (start, end) =>
            {
                for (int g = Groups.Length - 1; g >= 0; g--)
                {
                    Span<float> part = Of[g][s].Data[(start * width)..(end * width)];
                    TensorPrimitives.Multiply(part, factor, part);
                    if (g < Groups.Length - 1)
                        TensorPrimitives.Add(part, Of[g + 1][s].Data[(start * width)..(end * width)], part);
                    else if (besides is not null)
                        TensorPrimitives.Add(part, besides[s].Data[(start * width)..(end * width)], part);
                }
            });
        }
    }

    /// <summary>‖residual‖² of each row, over all targets; before they become gradients.</summary>
    public double[] Losses()
    {
        double[] losses = new double[Whole[0].Shape[0]];
        foreach (Tensor residual in Whole)
            for (int r = 0; r < losses.Length; r++)
                losses[r] += Reduce.SumOfSquares(RowOf(residual, r));
        return losses;
    }

    public void Dispose()
    {
        foreach (Tensor residual in Of.SelectMany(group => group))
            residual.Dispose();
    }

    void Subtract(int group, int site, int row, float[] sum, Tensor target, Parameter bias, Tensor? skipped)
    {
        Span<float> residual = RowOf(Of[group][site], row);
        TensorPrimitives.Add(sum, bias.Value.Data, residual);
        if (skipped is not null)
            TensorPrimitives.Add(residual, RowOf(skipped, row), residual);
        TensorPrimitives.Subtract(residual, RowOf(target, row), residual);
        _squares[group][row] += _scales[site] * Reduce.SumOfSquares(residual);
    }

    static Span<float> RowOf(Tensor matrix, int row) => matrix.Data.Slice(row * matrix.Shape[1], matrix.Shape[1]);
}
