using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Trains the coders of one dictionary on one loss: an autoencoder, a transcoder, a crosscoder, or all layers of a
/// cross-layer transcoder. The same batches give the same bytes, whatever the number of threads.
/// </summary>
/// <remarks>
/// Coders that share no output and no loss (a transcoder for each layer) are trained by a trainer each.
/// </remarks>
public sealed class DictionaryTrainer : IDisposable
{
    /// <summary>A trainer at step 0; the first batch gives the decoder's bias.</summary>
    /// <param name="recipe">How to train.</param>
    /// <param name="places">Where each coder reads and writes.</param>
    /// <exception cref="InputException">The recipe cannot be, or does not fit the places.</exception>
    public DictionaryTrainer(TrainingRecipe recipe, params IReadOnlyList<CoderPlace> places)
    {
        (Recipe, Places) = (recipe, places);
        throw new NotImplementedException();
    }

    /// <summary>How it trains.</summary>
    public TrainingRecipe Recipe { get; }

    /// <summary>Where each coder reads and writes.</summary>
    public IReadOnlyList<CoderPlace> Places { get; }

    /// <summary>All sites that are written, each once, in the order in which <see cref="Step"/> takes them.</summary>
    public IReadOnlyList<CoderSite> Targets => throw new NotImplementedException();

    /// <summary>Batches learnt from so far.</summary>
    public int Steps => throw new NotImplementedException();

    /// <summary>Learns from a batch.</summary>
    /// <param name="inputs">[rows, d_in] for each coder; several sites that it reads side by side.</param>
    /// <param name="targets">[rows, d_out] for each of <see cref="Targets"/>.</param>
    /// <param name="downstream">
    /// A loss besides, of what is written: given ŷ [rows, d_out] for each target, it returns its value and ∂/∂ŷ.
    /// </param>
    /// <exception cref="InputException">A batch of another width, or with a NaN or an infinity.</exception>
    public TrainingFigures Step(
        IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets, Func<IReadOnlyList<Tensor>, DownstreamLoss>? downstream = null)
        => throw new NotImplementedException();

    /// <summary>The dictionary as it is now, with weights of its own, for inputs and outputs as they are.</summary>
    /// <param name="scaleOf">What activations of a site were multiplied by before they came here; null for nothing.</param>
    /// <exception cref="InputException">Latents ranked by decoder norm, and outputs scaled differently.</exception>
    public CoderSet ToCoders(Func<CoderSite, float>? scaleOf = null) => throw new NotImplementedException();

    /// <summary>Writes all that training goes on from into one safetensors file, atomically.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void SaveState(string path) => throw new NotImplementedException();

    /// <summary>Goes on from what <see cref="SaveState"/> wrote.</summary>
    /// <exception cref="InputException">The file is damaged, or of another recipe or other places.</exception>
    public void LoadState(string path) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}

/// <summary>Where a coder reads and writes.</summary>
/// <param name="Inputs">What is read: one site, or several for a crosscoder, side by side.</param>
/// <param name="Outputs">What is written: one site, or several for cross-layer transcoders (the own layer first) and crosscoders.</param>
public sealed record CoderPlace(IReadOnlyList<CoderSite> Inputs, IReadOnlyList<CoderSite> Outputs);

/// <summary>A loss of what is written, in the units of the loss, and its gradient with respect to each target.</summary>
public sealed record DownstreamLoss(double Value, IReadOnlyList<Tensor> Gradients);

/// <summary>What one step found, before it changed the weights.</summary>
/// <param name="Step">Its number, from 0.</param>
/// <param name="Loss">The sum of the parts below, weighted as they are in training.</param>
/// <param name="Error">Squared error, in the recipe's unit.</param>
/// <param name="Sparsity">The sparsity penalty, with its coefficient.</param>
/// <param name="Auxiliary">AuxK, the gated coder's auxiliary part, or the pre-activation loss, with their coefficients.</param>
/// <param name="Downstream">The downstream loss.</param>
/// <param name="L0">Mean number of active latents of a row, mean over the coders.</param>
/// <param name="Unexplained">Fraction of variance unexplained on this batch, over all targets.</param>
/// <param name="DeadShare">Share of latents that are dead.</param>
/// <param name="LearningRate">η of this step.</param>
public sealed record TrainingFigures(
    int Step, double Loss, double Error, double Sparsity, double Auxiliary, double Downstream, double L0, double Unexplained,
    double DeadShare, float LearningRate);
