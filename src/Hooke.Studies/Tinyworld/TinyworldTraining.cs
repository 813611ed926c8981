using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>How Tinyworld's model is trained: all that its bytes depend on besides the world file.</summary>
/// <param name="Seed">Of the weights to begin with and of the text.</param>
/// <param name="Steps">Number of optimiser steps.</param>
/// <param name="Documents">Documents of one step.</param>
/// <param name="LearningRate">Highest learning rate; it warms up, then falls in a straight line to a twentieth.</param>
/// <param name="DModel">Width of the residual stream.</param>
/// <param name="NLayers">Number of blocks.</param>
/// <param name="NHeads">Number of heads of a block.</param>
public sealed record TinyworldSettings(
    ulong Seed = 1, int Steps = 7_000, int Documents = 32, float LearningRate = 3e-3f,
    int DModel = 128, int NLayers = 4, int NHeads = 4)
{
    const int WarmupSteps = 200;

    internal float LearningRateAt(int step) => step < WarmupSteps
        ? LearningRate * (step + 1) / WarmupSteps
        : LearningRate * (1 - (0.95f * (step - WarmupSteps) / Math.Max(1, Steps - WarmupSteps)));
}

/// <summary>Trains a model on a world's text, from a checkpoint on where there is one.</summary>
public sealed class TinyworldTraining : IDisposable
{
    const string CheckpointFile = "training.safetensors";
    const int StepsBetweenCheckpoints = 500;

    readonly World _world;
    readonly TinyworldSettings _settings;
    readonly Trainer _trainer;
    readonly List<float> _losses;
    readonly Dictionary<string, int> _ids;
    readonly string _folder;

    /// <summary>A training that writes into a folder; it goes on from the checkpoint there.</summary>
    /// <exception cref="InputException">The checkpoint is damaged or of another training.</exception>
    public TinyworldTraining(World world, TinyworldSettings settings, string folder)
    {
        (_world, _settings, _folder) = (world, settings, folder);
        _ids = world.Vocabulary.Select((word, id) => (word, id)).ToDictionary(w => w.word, w => w.id);
        _trainer = new Trainer(Config(), settings.Seed, new AdamWSettings(Beta2: 0.99f));
        string checkpoint = Path.Combine(folder, CheckpointFile);
        _losses = File.Exists(checkpoint) ? [.. _trainer.LoadCheckpoint(checkpoint)] : [];
    }

    /// <summary>The loss of every step so far, in nats per token.</summary>
    public IReadOnlyList<float> Losses => _losses;

    /// <summary>Number of tokens of one step, the first of each document not counted.</summary>
    public int TokensPerStep => _settings.Documents * World.LongestDocument;

    /// <summary>Trains to the end and writes the model; a checkpoint every few hundred steps, so that it can be cancelled.</summary>
    /// <param name="afterStep">Told the number of steps taken after each.</param>
    /// <param name="cancel">Asks to stop; a checkpoint is written first.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public void Run(Action<int> afterStep, CancellationToken cancel = default)
    {
        Directory.CreateDirectory(_folder);
        while (_trainer.Steps < _settings.Steps)
        {
            int step = _trainer.Steps;
            _losses.Add(_trainer.Step(Batch(step), _settings.LearningRateAt(step)));
            afterStep(_trainer.Steps);
            if (cancel.IsCancellationRequested || _trainer.Steps % StepsBetweenCheckpoints == 0)
                _trainer.SaveCheckpoint(Path.Combine(_folder, CheckpointFile), _losses);
            cancel.ThrowIfCancellationRequested();
        }
        _trainer.SaveModel(_folder);
        TokenizerJson.WriteWordLevel(Path.Combine(_folder, "tokenizer.json"), _world.Vocabulary, World.Bos);
        File.Delete(Path.Combine(_folder, CheckpointFile));
    }

    /// <inheritdoc/>
    public void Dispose() => _trainer.Dispose();

    TransformerConfig Config() => new()
    {
        Family = "gpt2",
        NLayers = _settings.NLayers,
        DModel = _settings.DModel,
        NHeads = _settings.NHeads,
        NKeyValueHeads = _settings.NHeads,
        DHead = _settings.DModel / _settings.NHeads,
        DMlp = 4 * _settings.DModel,
        DVocab = _world.Vocabulary.Count,
        NCtx = World.LongestDocument + 1,
        Activation = Activation.GeluTanh,
        IsLayerNorm = true,
        NormEpsilon = 1e-5f,
        Positions = PositionKind.Learned,
        HasQkvBias = true,
        HasOutputBias = true,
        HasMlpBias = true,
        IsTied = true,
    };

    // Step n reads documents n·D … n·D + D − 1 of the world's endless text: none is seen twice.
    TokenBatch Batch(int step)
    {
        int[][] rows = new int[_settings.Documents][];
        for (int d = 0; d < rows.Length; d++)
        {
            string document = _world.Document(_settings.Seed, ((long)step * rows.Length) + d);
            rows[d] = [_ids[World.Bos], .. document.Split(' ').Select(word => _ids[word])];
        }
        return new TokenBatch(rows);
    }
}
