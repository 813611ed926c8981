using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Trains a transformer from random weights to predict the next token; the same seed gives the same bytes.</summary>
public sealed class Trainer : IDisposable
{
    readonly TransformerWeights _weights;
    readonly Transformer _transformer;
    readonly AdamW _optimizer;
    readonly Tensor[] _parameters;

    /// <summary>A trainer at step 0.</summary>
    /// <param name="config">The shape of the transformer.</param>
    /// <param name="seed">Of the weights to begin with.</param>
    /// <param name="settings">Of the optimiser.</param>
    /// <exception cref="NotSupportedException">Norms multiply by something else than their weights.</exception>
    public Trainer(TransformerConfig config, ulong seed, AdamWSettings settings)
    {
        if (config.NormGainOffset != 0)
            throw new NotSupportedException($"models whose norms multiply by {config.NormGainOffset} + w are read, not trained");
        Config = config;
        _weights = new TransformerWeights(config, (name, shape) => Initial(name, shape, config, new Rng(seed).Fork(name)));
        _transformer = new Transformer(config, _weights);
        _parameters = [.. _weights.Names.Select(name => _weights[name])];
        _optimizer = new AdamW(_parameters, settings);
    }

    /// <summary>The shape of the transformer.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Number of steps taken.</summary>
    public int Steps => _optimizer.Steps;

    /// <summary>One step on a batch: mean cross-entropy of each next token, in nats, before the step.</summary>
    /// <param name="tokens">Prompts of at least two tokens; each token but the first is predicted.</param>
    /// <param name="learningRate">The optimiser's, for this step.</param>
    /// <exception cref="InputException">The loss is not finite: training has diverged.</exception>
    public float Step(TokenBatch tokens, float learningRate)
    {
        using Tape tape = new();
        foreach (Tensor parameter in _parameters)
            tape.Watch(parameter);
        Pass pass = Pass.Whole(tokens, lastOnly: false);
        using Hooks hooks = new(Plan.Empty, pass, new Dictionary<string, Recording>());
        using Tensor logits = _transformer.Run(pass, hooks);
        using Tensor loss = Ops.CrossEntropy(logits, NextTokens(tokens));
        float value = loss.Data[0];
        if (!float.IsFinite(value))
            throw new InputException($"the loss is {value} at step {Steps}: lower the learning rate");
        Tensor[] gradients = tape.Gradients(loss, null, _parameters);
        _optimizer.Step(gradients, learningRate);
        foreach (Tensor gradient in gradients)
            gradient.Dispose();
        return value;
    }

    /// <summary>Writes weights, moments, step and the losses so far to one file, atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="losses">The loss of every step so far.</param>
    /// <param name="training">What names this training among others of the same transformer, such as a hash of its text.</param>
    public void SaveCheckpoint(string path, IReadOnlyList<float> losses, string training = "")
    {
        IEnumerable<TensorToWrite> tensors = State()
            .Select(s => TensorToWrite.FromFloats(
                s.Name, [.. s.Tensor.Shape.Sizes.ToArray().Select(n => (long)n)], () => s.Tensor.Data))
            .Append(TensorToWrite.FromFloats("losses", [losses.Count], () => losses.ToArray()));
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["step"] = Steps.ToString(CultureInfo.InvariantCulture),
            ["training"] = training,
        });
    }

    /// <summary>Goes on from a checkpoint, and gives the losses up to it.</summary>
    /// <exception cref="InputException">The file is damaged, or of another transformer or training.</exception>
    public IReadOnlyList<float> LoadCheckpoint(string path, string training = "")
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue("step", out string? text)
            || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int step) || step < Steps)
            throw new InputException($"{path} is not a checkpoint of this training: remove it to start anew");
        if (file.Metadata.GetValueOrDefault("training") != training || !file.Contains("losses")
            || file.EntryOf("losses").Count != step)
            throw new InputException(
                $"{path} is a checkpoint of a training with other text, seed or settings: give these, or remove it");
        foreach ((string name, Tensor tensor) in State())
        {
            if (!file.Contains(name) || file.EntryOf(name).Count != tensor.Shape.Count)
                throw new InputException(
                    $"{path} is a checkpoint of another transformer ({name} does not fit): remove it to start anew");
            file.Read(name, tensor.Data);
        }
        float[] losses = new float[file.EntryOf("losses").Count];
        file.Read("losses", losses);
        _optimizer.GoTo(step);
        return losses;
    }

    /// <summary>SHA-256 of all weights, in the order of their names.</summary>
    public string WeightsSha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor parameter in _parameters)
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Data));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes config.json and model.safetensors in Hugging Face's layout.</summary>
    public void SaveModel(string folder) => ModelFolder.Write(folder, Config, _weights);

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _weights.Dispose();
    }

    static int[] NextTokens(TokenBatch tokens)
    {
        int[] targets = new int[tokens.Count * tokens.Positions];
        for (int b = 0; b < tokens.Count; b++)
            for (int p = 0; p < tokens.Positions; p++)
                targets[(b * tokens.Positions) + p] = p + 1 < tokens.Lengths[b] ? tokens.Prompt(b)[p + 1] : -1;
        return targets;
    }

    // Gains one, biases nought; matrices normal, what writes to the residual stream smaller the deeper the model.
    static Tensor Initial(string name, Shape shape, TransformerConfig config, Rng rng)
    {
        Tensor tensor = Tensor.Zeros(shape);
        if (shape.Rank == 1)
        {
            tensor.Data.Fill(name.EndsWith(".w", StringComparison.Ordinal) ? 1 : 0);
            return tensor;
        }
        bool isEmbedding = name.Contains("embed", StringComparison.Ordinal);
        bool writes = name.EndsWith("W_O", StringComparison.Ordinal) || name.EndsWith("W_out", StringComparison.Ordinal);
        float deviation = isEmbedding ? 0.05f : 0.8f / MathF.Sqrt(shape[0] * (writes ? 2f * config.NLayers : 1f));
        for (int i = 0; i < shape.Count; i++)
            tensor.Data[i] = deviation * rng.Normal((ulong)i);
        return tensor;
    }

    IEnumerable<(string Name, Tensor Tensor)> State()
    {
        int i = 0;
        foreach ((Tensor mean, Tensor square) in _optimizer.Moments)
        {
            string name = _weights.Names[i];
            yield return (name, _parameters[i++]);
            yield return ($"{name}.mean", mean);
            yield return ($"{name}.square", square);
        }
    }
}
