using Hooke.Evidence;
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
    const int EarlyStep = 10;
    const int StepsOfCurvePoint = 100;

    static readonly AdamWSettings Optimiser = new(Beta2: 0.99f);

    readonly World _world;
    readonly TinyworldSettings _settings;
    readonly Trainer _trainer;
    readonly List<float> _losses;
    readonly string _folder, _worldFile, _identity;

    /// <summary>A training that writes into a folder; it goes on from the checkpoint there.</summary>
    /// <param name="worldFile">The world's file.</param>
    /// <param name="worldSeed">The world's seed.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="folder">Where the model and the checkpoints go.</param>
    /// <exception cref="InputException">The world is unusable, or the checkpoint damaged or of another training.</exception>
    public TinyworldTraining(string worldFile, ulong worldSeed, TinyworldSettings settings, string folder)
    {
        World world = World.Load(worldFile, worldSeed);
        (_world, _settings, _folder, _worldFile) = (world, settings, folder, worldFile);
        _trainer = new Trainer(Config(world, settings), settings.Seed, Optimiser);
        _identity = Identity.OfText($"{Identity.OfFile(worldFile)} {worldSeed} {settings}");
        string checkpoint = Path.Combine(folder, CheckpointFile);
        _losses = File.Exists(checkpoint) ? [.. _trainer.LoadCheckpoint(checkpoint, _identity)] : [];
    }

    /// <summary>The loss of every step so far, in nats per token.</summary>
    public IReadOnlyList<float> Losses => _losses;

    /// <summary>Number of tokens of one step, the first of each document not counted.</summary>
    public int TokensPerStep => _settings.Documents * World.LongestDocument;

    /// <summary>
    /// Trains to the end and writes the model; a checkpoint every few hundred steps, so that it can be cancelled.
    /// </summary>
    /// <param name="afterStep">Told the number of steps taken after each.</param>
    /// <param name="cancel">Asks to stop; a checkpoint is written first.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public void Run(Action<int> afterStep, CancellationToken cancel = default)
    {
        Directory.CreateDirectory(_folder);
        while (_trainer.Steps < _settings.Steps)
        {
            int step = _trainer.Steps;
            _losses.Add(_trainer.Step(Batch(_world, _settings, step), _settings.LearningRateAt(step)));
            afterStep(_trainer.Steps);
            if (cancel.IsCancellationRequested || _trainer.Steps % StepsBetweenCheckpoints == 0)
                _trainer.SaveCheckpoint(Path.Combine(_folder, CheckpointFile), _losses, _identity);
            cancel.ThrowIfCancellationRequested();
        }
        _trainer.SaveModel(_folder);
        File.WriteAllText(Path.Combine(_folder, "loss.svg"), LossCurve.Svg(Curve(), StepsOfCurvePoint));
        TinyworldFolder.KeepWorld(_folder, _worldFile);
        TinyworldFolder.WriteRecord(_folder, new TrainingRecord(
            _world.Seed, _settings, EarlyStep, EarlySha256(_world, _settings), Curve()));
        TokenizerJson.WriteWordLevel(Path.Combine(_folder, "tokenizer.json"), _world.Vocabulary, World.Bos);
        File.Delete(Path.Combine(_folder, CheckpointFile));
    }

    /// <summary>SHA-256 of the weights after the first few steps, made anew.</summary>
    public static string EarlySha256(World world, TinyworldSettings settings)
    {
        using Trainer trainer = new(Config(world, settings), settings.Seed, Optimiser);
        for (int step = 0; step < EarlyStep; step++)
            trainer.Step(Batch(world, settings, step), settings.LearningRateAt(step));
        return trainer.WeightsSha256();
    }

    /// <inheritdoc/>
    public void Dispose() => _trainer.Dispose();

    static TransformerConfig Config(World world, TinyworldSettings settings) => new()
    {
        Family = "gpt2",
        NLayers = settings.NLayers,
        DModel = settings.DModel,
        NHeads = settings.NHeads,
        NKeyValueHeads = settings.NHeads,
        DHead = settings.DModel / settings.NHeads,
        DMlp = 4 * settings.DModel,
        DVocab = world.Vocabulary.Count,
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
    static TokenBatch Batch(World world, TinyworldSettings settings, int step)
    {
        Dictionary<string, int> ids = world.Vocabulary.Select((word, id) => (word, id)).ToDictionary(w => w.word, w => w.id);
        int[][] rows = new int[settings.Documents][];
        for (int d = 0; d < rows.Length; d++)
        {
            string document = world.Document(settings.Seed, ((long)step * rows.Length) + d);
            rows[d] = [ids[World.Bos], .. document.Split(' ').Select(word => ids[word])];
        }
        return new TokenBatch(rows);
    }

    IReadOnlyList<float> Curve() => [.. _losses.Chunk(StepsOfCurvePoint).Select(some => some.Average())];
}
