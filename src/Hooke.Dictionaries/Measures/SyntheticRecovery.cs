using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What a recipe of training finds of a known truth.</summary>
/// <param name="Match">The features paired with the latents.</param>
/// <param name="Unexplained">Fraction of variance unexplained in the last step's batch.</param>
/// <param name="L0">Mean number of active latents in the last step's batch.</param>
public sealed record SyntheticRecovery(DictionaryMatch Match, double Unexplained, double L0)
{
    /// <summary>Trains an autoencoder on activations of the truth and pairs what it found with what there is.</summary>
    /// <param name="truth">The truth.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="batch">Rows of a batch.</param>
    /// <exception cref="InputException">The recipe cannot be.</exception>
    public static SyntheticRecovery Of(SyntheticFeatures truth, TrainingRecipe recipe, int batch)
    {
        CoderSite[] site = [new("synthetic", truth.Directions.Shape[1])];
        using DictionaryTrainer trainer = new(recipe, new CoderPlace(site, site));
        TrainingFigures? last = null;
        for (int step = 0; step < recipe.Steps; step++)
        {
            using Tensor x = truth.Batch(batch, step);
            last = trainer.Step([x], [x]);
        }
        using CoderSet found = trainer.ToCoders();
        return new(truth.Recovery(found.Coders[0]), last?.Unexplained ?? 1, last?.L0 ?? 0);
    }
}
