using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A tuned lens from text to a folder: trained, measured on text kept apart, and written.</summary>
public sealed class TunedLensStudy : IDisposable
{
    readonly Model _model;
    readonly LensText _text;
    readonly TunedLensSettings _settings;
    readonly string _folder, _identity;

    /// <summary>A study that writes into a folder, and goes on from the checkpoint there.</summary>
    /// <param name="model">The model.</param>
    /// <param name="modelFolder">Its folder, whose files name it.</param>
    /// <param name="text">What to train and to measure on.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="folder">Where the lens goes.</param>
    /// <exception cref="InputException">There is no text, or the checkpoint is damaged or of another training.</exception>
    public TunedLensStudy(Model model, string modelFolder, LensText text, TunedLensSettings settings, string folder)
    {
        (_model, _text, _settings, _folder) = (model, text, settings, folder);
        _identity = IdentityOf(modelFolder);
        Training = new(model, _identity, text.Training, settings, folder);
    }

    /// <summary>The training.</summary>
    public TunedLensTraining Training { get; }

    /// <summary>SHA-256 of what a model's weights and config.json hash to.</summary>
    /// <exception cref="InputException">The folder has no weights or no config.</exception>
    public static string IdentityOf(string modelFolder) => Identity.OfText(
        $"{ModelIdentities.Weights(modelFolder)} {Identity.OfFile(Path.Combine(modelFolder, "config.json"))}");

    /// <summary>Trains to the end, measures, writes the lens and gives its manifest.</summary>
    /// <param name="afterStep">Told the number of steps taken after each.</param>
    /// <param name="cancel">Asks to stop; a checkpoint is written first.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="InputException">Training diverged, or the folder cannot be written.</exception>
    public TunedLensManifest Run(Action<int>? afterStep = null, CancellationToken cancel = default)
    {
        Training.Run(afterStep, cancel);
        double[] logitLens = LensDivergence.PerLayer(_model, _text.HeldOut);
        double[] tuned = LensDivergence.PerLayer(_model, _text.HeldOut, Training.Lens);
        IReadOnlyList<float> first = Training.Losses(0), last = Training.Losses(Training.Steps - 1);
        TunedLensManifest manifest = new()
        {
            Model = _identity,
            NLayers = Training.Lens.NLayers,
            DModel = Training.Lens.DModel,
            Text = _text.Name,
            TextSha256 = TunedLensTraining.PromptsSha256(_text.Training),
            Prompts = _text.Training.Count,
            Tokens = Training.Tokens,
            HeldOutTokens = _text.HeldOutTokens,
            Settings = _settings,
            Sites = [.. Enumerable.Range(0, Training.Lens.NLayers).Select(layer => new TunedLensSite(
                Site.ResidPre.At(layer), first[layer], last[layer], logitLens[layer], tuned[layer]))],
        };
        manifest = TunedLensFile.Write(_folder, Training.Lens, manifest);
        Training.RemoveCheckpoint();
        return manifest;
    }

    /// <inheritdoc/>
    public void Dispose() => Training.Dispose();
}
