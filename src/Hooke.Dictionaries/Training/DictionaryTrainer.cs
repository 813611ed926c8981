using System.Numerics.Tensors;
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
    readonly TrainedCoder[] _coders;
    readonly Parameter[] _biases;
    readonly TrainingSchedule _schedule;

    /// <summary>A trainer at step 0; the first batch gives the decoder's bias.</summary>
    /// <param name="recipe">How to train.</param>
    /// <param name="places">Where each coder reads and writes.</param>
    /// <exception cref="InputException">The recipe cannot be, or does not fit the places.</exception>
    public DictionaryTrainer(TrainingRecipe recipe, params IReadOnlyList<CoderPlace> places)
    {
        RecipeCheck.Require(recipe, places);
        (Recipe, Places, _schedule) = (recipe, places, new TrainingSchedule(recipe));
        Targets = [.. places.SelectMany(place => place.Outputs).Distinct()];
        _coders = [.. places.Select((place, c) =>
            new TrainedCoder(recipe, place, c, [.. place.Outputs.Select(site => Targets.ToList().IndexOf(site))]))];
        _biases = [.. Targets.Select((site, s) => new Parameter($"b_dec.{s}", site.Width))];
    }

    /// <summary>How it trains.</summary>
    public TrainingRecipe Recipe { get; }

    /// <summary>Where each coder reads and writes.</summary>
    public IReadOnlyList<CoderPlace> Places { get; }

    /// <summary>All sites that are written, each once, in the order in which <see cref="Step"/> takes them.</summary>
    public IReadOnlyList<CoderSite> Targets { get; }

    /// <summary>Batches learnt from so far.</summary>
    public int Steps => _schedule.Step;

    /// <summary>All weights and their moments.</summary>
    internal IEnumerable<Parameter> Parameters => _coders.SelectMany(coder => coder.Parameters).Concat(_biases);

    internal IReadOnlyList<TrainedCoder> Coders => _coders;

    internal IReadOnlyList<Parameter> Biases => _biases;

    /// <summary>Learns from a batch.</summary>
    /// <param name="inputs">[rows, d_in] for each coder; several sites that it reads side by side.</param>
    /// <param name="targets">[rows, d_out] for each of <see cref="Targets"/>.</param>
    /// <param name="downstream">
    /// A loss besides, of what is written: given ŷ [rows, d_out] for each target, it returns its value and ∂/∂ŷ.
    /// </param>
    /// <exception cref="InputException">A batch of another width, or with a NaN or an infinity; or the loss is none.</exception>
    public TrainingFigures Step(
        IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets,
        Func<IReadOnlyList<Tensor>, DownstreamLoss>? downstream = null)
    {
        BatchCheck.Require(this, inputs, targets);
        if (Steps == 0)
            FirstBatch.Centre(Recipe.Decoder.Bias, targets, _biases);
        using TrainingBatch batch = new(this, inputs, targets);
        batch.Forward();
        TrainingFigures figures = batch.Learn(_schedule, downstream);
        if (Recipe.Revival.ResampleAt?.Contains(Steps + 1) == true)
            Resampling.Run(this, batch);
        _schedule.Step++;
        return figures;
    }

    /// <summary>The dictionary as it is now, with weights of its own, for inputs and outputs as they are.</summary>
    /// <param name="scaleOf">What activations of a site were multiplied by before they came here; null for nothing.</param>
    /// <exception cref="InputException">Latents ranked by decoder norm, and outputs scaled differently.</exception>
    public CoderSet ToCoders(Func<CoderSite, float>? scaleOf = null) => new CoderExport(this, scaleOf ?? (_ => 1)).Set();

    /// <summary>Writes all that training goes on from into one safetensors file, atomically.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void SaveState(string path) => TrainerState.Write(this, path);

    /// <summary>Goes on from what <see cref="SaveState"/> wrote.</summary>
    /// <exception cref="InputException">The file is damaged, or of another recipe or other places.</exception>
    public void LoadState(string path) => _schedule.Step = TrainerState.Read(this, path);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in Parameters)
            parameter.Dispose();
    }
}

/// <summary>Where a coder reads and writes.</summary>
/// <param name="Inputs">What is read: one site, or several for a crosscoder, side by side.</param>
/// <param name="Outputs">
/// What is written: one site, or several for cross-layer transcoders (the own layer first) and crosscoders.
/// </param>
public sealed record CoderPlace(IReadOnlyList<CoderSite> Inputs, IReadOnlyList<CoderSite> Outputs)
{
    /// <summary>Whether it is an autoencoder, or a crosscoder of the same sites.</summary>
    public bool ReadsWhatItWrites => Inputs.SequenceEqual(Outputs);
}

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
/// <param name="DeadShare">Share of latents that are dead after the batch.</param>
/// <param name="LearningRate">η of this step.</param>
public sealed record TrainingFigures(
    int Step, double Loss, double Error, double Sparsity, double Auxiliary, double Downstream, double L0, double Unexplained,
    double DeadShare, float LearningRate);
