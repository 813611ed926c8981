using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>How a tuned lens is trained: all that its bytes depend on besides model and text.</summary>
/// <param name="Seed">Of the order of the prompts.</param>
/// <param name="Steps">Number of optimiser steps.</param>
/// <param name="Prompts">Prompts of one step.</param>
/// <param name="LearningRate">At the first step; it falls in a straight line towards nought.</param>
public sealed record TunedLensSettings(
    ulong Seed = 1, int Steps = 1_000, int Prompts = 16, float LearningRate = 2e-3f)
{
    internal float LearningRateAt(int step) => LearningRate * (1 - ((float)step / Steps));
}

/// <summary>
/// Trains the translators of all layers on one stream of recorded activations: each step runs the model once, and every
/// layer takes an AdamW step on KL(final ‖ lens).
/// </summary>
/// <remarks>Layers share nothing but the stream: an optimiser each, so that no layer's gradients scale another's.</remarks>
public sealed class TunedLensTraining : IDisposable
{
    const string CheckpointFile = "training.safetensors";
    const int StepsBetweenCheckpoints = 100;

    // Decay pulls A towards nought, where the tuned lens is the logit lens.
    static readonly AdamWSettings Optimiser = new(Beta2: 0.99f, WeightDecay: 1e-3f);

    readonly Model _model;
    readonly IReadOnlyList<IReadOnlyList<int>> _prompts;
    readonly TunedLensSettings _settings;
    readonly AdamW[] _optimisers;
    readonly List<float> _losses = [];
    readonly string _checkpoint, _identity;
    (long Pass, int[] Places) _order = (-1, []);

    /// <summary>A training that keeps its checkpoints in a folder, and goes on from the one there.</summary>
    /// <param name="model">The model.</param>
    /// <param name="modelIdentity">What names the model, such as a hash of its weights.</param>
    /// <param name="prompts">The text to train on.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="folder">Where checkpoints go.</param>
    /// <exception cref="InputException">There is no prompt, or the checkpoint is damaged or of another training.</exception>
    public TunedLensTraining(
        Model model, string modelIdentity, IReadOnlyList<IReadOnlyList<int>> prompts, TunedLensSettings settings, string folder)
    {
        if (prompts.Count == 0)
            throw new InputException("a tuned lens needs text to train on: no prompt was given");
        (_model, _prompts, _settings) = (model, prompts, settings);
        Lens = new(model.Config.NLayers, model.Config.DModel);
        _optimisers = [.. Enumerable.Range(0, Lens.NLayers).Select(layer => new AdamW(Lens.Parameters(layer), Optimiser))];
        _checkpoint = Path.Combine(folder, CheckpointFile);
        _identity = $"{modelIdentity} {PromptsSha256(prompts)} {settings}";
        if (File.Exists(_checkpoint))
            GoOn();
    }

    /// <summary>The lens as it is so far.</summary>
    public TunedLens Lens { get; }

    /// <summary>Number of steps taken.</summary>
    public int Steps => _losses.Count / Lens.NLayers;

    /// <summary>Number of tokens in one pass over the text.</summary>
    public long Tokens => _prompts.Sum(prompt => (long)prompt.Count);

    /// <summary>KL(final ‖ lens) of a step's batch before the step, in nats, by layer.</summary>
    public IReadOnlyList<float> Losses(int step) => [.. _losses.Skip(step * Lens.NLayers).Take(Lens.NLayers)];

    /// <summary>SHA-256 of prompts' lengths and tokens.</summary>
    public static string PromptsSha256(IReadOnlyList<IReadOnlyList<int>> prompts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (IReadOnlyList<int> prompt in prompts)
            hash.AppendData(MemoryMarshal.AsBytes<int>([prompt.Count, .. prompt]));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Trains to the end; a checkpoint every hundred steps, so that it can be stopped and gone on with.</summary>
    /// <param name="afterStep">Told the number of steps taken after each.</param>
    /// <param name="cancel">Asks to stop; a checkpoint is written first.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="InputException">A loss is not finite, or the checkpoint cannot be written.</exception>
    public void Run(Action<int>? afterStep = null, CancellationToken cancel = default)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(_checkpoint))!;
        if (File.Exists(folder))
            throw new InputException($"{folder} is a file, not a folder for a lens: name another");
        Directory.CreateDirectory(folder);
        while (Steps < _settings.Steps)
        {
            Step();
            afterStep?.Invoke(Steps);
            if (cancel.IsCancellationRequested || Steps % StepsBetweenCheckpoints == 0)
                SaveCheckpoint();
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Removes the checkpoint, once what was trained is kept elsewhere.</summary>
    public void RemoveCheckpoint() => File.Delete(_checkpoint);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AdamW optimiser in _optimisers)
            optimiser.Dispose();
        Lens.Dispose();
    }

    void Step()
    {
        int step = Steps;
        using LensStream stream = new(_model, Batch(step));
        float[] losses = new float[Lens.NLayers];
        for (int layer = 0; layer < losses.Length; layer++)
            losses[layer] = Step(layer, stream, _settings.LearningRateAt(step));
        _losses.AddRange(losses);
    }

    float Step(int layer, LensStream stream, float learningRate)
    {
        IReadOnlyList<Tensor> parameters = Lens.Parameters(layer);
        using Tensor rows = stream.Rows(layer);
        using Tape tape = new();
        foreach (Tensor parameter in parameters)
            tape.Watch(parameter);
        using Tensor read = Lens.Translate(layer, rows), logits = Readout.Logits(_model, read);
        using Tensor loss = Ops.KullbackLeibler(stream.Final, logits);
        float value = loss.Data[0];
        if (!float.IsFinite(value))
            throw new InputException($"the loss of layer {layer} is {value} at step {Steps}: lower the learning rate");
        Tensor[] gradients = tape.Gradients(loss, null, [.. parameters]);
        _optimisers[layer].Step(gradients, learningRate);
        foreach (Tensor gradient in gradients)
            gradient.Dispose();
        return value;
    }

    // The text over and over, each time in another order.
    TokenBatch Batch(int step)
    {
        long first = (long)step * _settings.Prompts;
        return new([.. Enumerable.Range(0, _settings.Prompts).Select(i => Prompt(first + i))]);
    }

    IReadOnlyList<int> Prompt(long index)
    {
        (long pass, long place) = Math.DivRem(index, _prompts.Count);
        if (_order.Pass != pass)
        {
            int[] order = [.. Enumerable.Range(0, _prompts.Count)];
            new Rng(_settings.Seed).Fork("order").Fork(pass).Draw().Shuffle(order);
            _order = (pass, order);
        }
        return _prompts[_order.Places[place]];
    }

    IEnumerable<(string Name, Tensor Tensor)> State()
    {
        foreach ((string name, Tensor tensor) in Lens.Named())
            yield return (name, tensor);
        for (int layer = 0; layer < _optimisers.Length; layer++)
            foreach (((Tensor mean, Tensor square), string name) in _optimisers[layer].Moments.Zip(["A", "b"]))
            {
                yield return ($"layers.{layer}.{name}.mean", mean);
                yield return ($"layers.{layer}.{name}.square", square);
            }
    }

    void SaveCheckpoint() => SafetensorsWriter.Write(
        _checkpoint,
        State().Select(s => TunedLensFile.ToWrite(s.Name, s.Tensor))
            .Append(TensorToWrite.FromFloats("losses", [_losses.Count], () => _losses.ToArray())),
        new Dictionary<string, string>
        {
            ["step"] = Steps.ToString(CultureInfo.InvariantCulture),
            ["training"] = _identity,
        });

    void GoOn()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_checkpoint);
        string? steps = file.Metadata.GetValueOrDefault("step");
        if (file.Metadata.GetValueOrDefault("training") != _identity
            || !int.TryParse(steps, NumberStyles.None, CultureInfo.InvariantCulture, out int step)
            || step > _settings.Steps || !file.Contains("losses")
            || file.EntryOf("losses").Count != (long)step * Lens.NLayers)
            throw new InputException(
                $"{_checkpoint} is a checkpoint of another training, model or text: give the same again, or remove it");
        foreach ((string name, Tensor tensor) in State())
            TunedLensFile.Read(file, name, tensor);
        float[] losses = new float[step * Lens.NLayers];
        file.Read("losses", losses);
        _losses.AddRange(losses);
        foreach (AdamW optimiser in _optimisers)
            optimiser.GoTo(step);
    }
}
