using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Turns pre-activations into latents, in place, row by row.</summary>
sealed class LatentActivation
{
    readonly CoderConfig _config;
    readonly CoderWeights _weights;
    readonly float[]? _magnitudeScale; // exp(r_mag)

    public LatentActivation(CoderConfig config, CoderWeights weights)
    {
        (_config, _weights) = (config, weights);
        _magnitudeScale = weights.MagnitudeScale is { } scale ? Exponentials(scale.Data) : null;
    }

    /// <summary>Pre-activations [.., n_latents] become latents; for a gated coder x · W_enc without a bias does.</summary>
    public void Apply(Tensor latents)
    {
        int width = _config.NLatents;
        Work.For(latents.Shape.Count / width, SparseLatents.Grain(width), (start, end) =>
        {
            int[] heap = new int[_config.Kind == CoderKind.TopK ? _config.K!.Value : 0];
            for (int r = start; r < end; r++)
                ApplyToRow(latents.Data.Slice(r * width, width), heap);
        });
    }

    void ApplyToRow(Span<float> row, int[] heap)
    {
        switch (_config.Kind)
        {
            case CoderKind.Relu:
                break;
            case CoderKind.Gated:
                Gate(row);
                return;
            case CoderKind.TopK:
                TopLatents.Keep(row, _config.K!.Value, heap);
                break;
            case CoderKind.GroupMax:
                KeepLargestOfGroups(row, _config.NLatents / _config.K!.Value);
                break;
            case CoderKind.BatchTopK or CoderKind.JumpRelu:
                Jump(row, _weights.Thresholds!.Data);
                break;
            default:
                throw new InvalidOperationException($"Bug in Hooke: no activation for {_config.Kind}");
        }
        if (_config.IsRectified)
            TensorPrimitives.Max(row, 0f, row);
    }

    void Gate(Span<float> row)
    {
        ReadOnlySpan<float> gates = _weights.EncoderBias.Data, biases = _weights.MagnitudeBias!.Data;
        for (int i = 0; i < row.Length; i++)
        {
            float magnitude = (row[i] * _magnitudeScale![i]) + biases[i];
            row[i] = row[i] + gates[i] > 0 ? MathF.Max(magnitude, 0) : 0;
        }
    }

    static void Jump(Span<float> row, ReadOnlySpan<float> thresholds)
    {
        for (int i = 0; i < row.Length; i++)
            if (!(row[i] > thresholds[i]))
                row[i] = 0;
    }

    static void KeepLargestOfGroups(Span<float> row, int size)
    {
        Span<int> heap = stackalloc int[1];
        for (int start = 0; start < row.Length; start += size)
            TopLatents.Keep(row.Slice(start, size), 1, heap);
    }

    static float[] Exponentials(ReadOnlySpan<float> x)
    {
        float[] y = new float[x.Length];
        Span<float> lanes = stackalloc float[Vector256<float>.Count];
        for (int i = 0; i < x.Length; i += lanes.Length)
        {
            int count = Math.Min(lanes.Length, x.Length - i);
            lanes.Clear();
            x.Slice(i, count).CopyTo(lanes);
            Elementary.Exp(Vector256.Create<float>(lanes)).CopyTo(lanes);
            lanes[..count].CopyTo(y.AsSpan(i));
        }
        return y;
    }
}
