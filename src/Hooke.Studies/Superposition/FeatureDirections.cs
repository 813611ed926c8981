using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Directions that stand for features, by name, [n, d] each.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Directions">A direction to a row.</param>
public sealed record FeatureDirections(string Name, Tensor Directions) : IDisposable
{
    /// <summary>What each latent of a dictionary writes: the decoder rows of every coder and output.</summary>
    public static IReadOnlyList<FeatureDirections> Of(CoderSet dictionary) =>
    [
        .. from coder in dictionary.Coders
           from output in coder.Config.Outputs.Zip(coder.Weights.Decoders)
           select new FeatureDirections(
               $"{coder.Config.Inputs[0].Name ?? "?"} → {output.First.Name ?? "?"}", output.Second.Weight.Clone()),
    ];

    /// <summary>A model's weight by its name: its rows, or its columns.</summary>
    /// <exception cref="InputException">The model has no such matrix.</exception>
    public static FeatureDirections Of(Model model, string weight, bool columns)
    {
        if (!model.Weights.Names.Contains(weight) || model.Weights[weight].Shape.Rank != 2)
            throw new InputException($"the model has no matrix '{weight}'; it has, for one, "
                + string.Join(", ", model.Weights.Names.Where(name => model.Weights[name].Shape.Rank == 2).Take(8)));
        Tensor rows = model.Weights[weight].Clone();
        if (!columns)
            return new(weight, rows);
        using (rows)
        {
            Tensor turned = Tensor.Zeros(rows.Shape[1], rows.Shape[0]);
            for (int i = 0; i < rows.Shape[0]; i++)
                for (int j = 0; j < rows.Shape[1]; j++)
                    turned.Data[(j * rows.Shape[0]) + i] = rows.Data[(i * rows.Shape[1]) + j];
            return new($"columns of {weight}", turned);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directions.Dispose();
}
