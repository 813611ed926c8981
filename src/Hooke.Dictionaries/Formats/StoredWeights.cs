using System.Runtime.InteropServices;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Reads weights of either orientation, every shape checked against the sizes that the biases state.</summary>
/// <remarks>
/// The sizes come from b_enc [n_latents] and b_dec [d_out], which have no orientation. A matrix that is transposed is
/// therefore refused; where it is square, the layout's own rule says what its rows are.
/// </remarks>
static class StoredWeights
{
    /// <summary>W_enc [d_in, n_latents].</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The tensor.</param>
    /// <param name="dIn">Width of the input.</param>
    /// <param name="nLatents">How many latents.</param>
    /// <param name="latentsFirst">Whether the layout stores [n_latents, d_in], as a linear layer of PyTorch does.</param>
    public static Tensor Encoder(TensorSource file, string name, int dIn, int nLatents, bool latentsFirst) =>
        Encoder(latentsFirst ? file.Read(name, nLatents, dIn) : file.Read(name, dIn, nLatents), dIn, nLatents, latentsFirst);

    /// <summary>W_enc [d_in, n_latents] of numbers at hand.</summary>
    public static Tensor Encoder(float[] stored, int dIn, int nLatents, bool latentsFirst)
    {
        int width = latentsFirst ? dIn : nLatents;
        return Tensor.Constant(new Shape(dIn, nLatents), NumberType.F32, (row, count, into) =>
            MemoryMarshal.AsBytes(stored.AsSpan(row * width, count * width)).CopyTo(into), readsTransposed: latentsFirst);
    }

    /// <summary>W_dec [n_latents, d_out], from such or from its transpose.</summary>
    public static Tensor Decoder(TensorSource file, string name, int nLatents, int dOut, bool latentsFirst) => latentsFirst
        ? Tensor.From(file.Read(name, nLatents, dOut), nLatents, dOut)
        : Tensor.From(Transposed(file.Read(name, dOut, nLatents), dOut, nLatents), nLatents, dOut);

    /// <summary>W_skip [d_in, d_out], from such or from its transpose; null where there is none.</summary>
    public static Tensor? Skip(TensorSource file, string name, int dIn, int dOut, bool inputsFirst) =>
        !file.Has(name) ? null : Encoder(inputsFirst ? file.Read(name, dIn, dOut) : file.Read(name, dOut, dIn), dIn, dOut,
            !inputsFirst);

    /// <summary>A vector of a length that must be.</summary>
    public static Tensor Vector(TensorSource file, string name, int length) =>
        Tensor.From(file.Read(name, length), length).AsConstant();

    /// <summary>A vector of one number.</summary>
    public static Tensor Constant(float value, int length)
    {
        Tensor vector = Tensor.Zeros(length);
        vector.Data.Fill(value);
        return vector.AsConstant();
    }

    /// <summary>The transpose [columns, rows] of a matrix [rows, columns].</summary>
    public static float[] Transposed(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        const int Block = 32; // a square of it stays in a processor's own cache
        float[] transposed = new float[matrix.Length];
        for (int r0 = 0; r0 < rows; r0 += Block)
            for (int c0 = 0; c0 < columns; c0 += Block)
                for (int r = r0; r < Math.Min(rows, r0 + Block); r++)
                    for (int c = c0; c < Math.Min(columns, c0 + Block); c++)
                        transposed[(c * rows) + r] = matrix[(r * columns) + c];
        return transposed;
    }

    /// <summary>A matrix's numbers as the layout orders them.</summary>
    public static float[] Numbers(Tensor matrix, bool transposed = false)
    {
        using Tensor copy = matrix.Clone(); // not of the coder: it would keep its unpacked elements
        return transposed ? Transposed(copy.Data, matrix.Shape[0], matrix.Shape[1]) : copy.Data.ToArray();
    }

    /// <summary>The bias of an encoder that does not take the decoder's bias from its input: b_enc − b_dec · W_enc.</summary>
    public static float[] FoldedBias(SparseCoder coder)
    {
        float[] bias = coder.Weights.EncoderBias.Data.ToArray();
        if (!coder.Config.SubtractsDecoderBias)
            return bias;
        using Tensor row = coder.Weights.Decoders[0].Bias!.Reshape(1, coder.Config.DIn);
        using Tensor shift = Ops.MatMul(row, coder.Weights.Encoder);
        for (int i = 0; i < bias.Length; i++)
            bias[i] -= shift.Data[i];
        return bias;
    }

    /// <summary>The thresholds of a coder that jumps, or 0 for one that is plainly rectified; null for any other.</summary>
    public static float[]? JumpThresholds(SparseCoder coder) => coder.Config switch
    {
        { Kind: CoderKind.JumpRelu or CoderKind.BatchTopK } => coder.Weights.Thresholds!.Data.ToArray(),
        { Kind: CoderKind.Relu, IsRectified: true } => new float[coder.Config.NLatents],
        _ => null,
    };

    /// <summary>Whether inputs are encoded as they are and latents decoded as they are.</summary>
    public static bool IsPlain(CoderConfig config) => config is { Scaling: InputScaling.None, ScalesByDecoderNorm: false };

    /// <summary>A tensor to write.</summary>
    public static TensorToWrite ToWrite(string name, DType type, float[] values, params long[] shape) =>
        TensorToWrite.FromFloats(name, shape, () => values, type);
}
