using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// An autoencoder, transcoder, crosscoder, or one layer of a cross-layer transcoder: one encoder, a decoder per output.
/// </summary>
public sealed class SparseCoder : IDisposable
{
    const int LatentsAtOnce = 1 << 23; // 32 MiB of dense latents at once, however many inputs there are

    readonly LatentActivation _activation;
    readonly RowSearch? _search; // null for kinds that are encoded the dense way
    readonly float[]? _wideEncoder; // W_enc row by row, where products are summed in double precision
    readonly Tensor? _decoderNorms, _reciprocalNorms; // ‖W_dec[i]‖ over all outputs, where latents are scaled by it

    /// <summary>A coder of weights at hand; takes them over.</summary>
    /// <exception cref="ArgumentException">A weight's shape does not fit the config.</exception>
    public SparseCoder(CoderConfig config, CoderWeights weights)
    {
        (Config, Weights) = (config, weights);
        RequireShapes();
        _activation = new LatentActivation(config, weights);
        _search = SparseEncoding.SearchFor(config, weights);
        _wideEncoder = config.EncodesInDouble ? StoredWeights.Numbers(weights.Encoder) : null;
        if (config.ScalesByDecoderNorm)
        {
            _decoderNorms = DecoderNorms();
            _reciprocalNorms = _decoderNorms.Clone();
            foreach (ref float norm in _reciprocalNorms.Data)
                norm = norm > 0 ? 1 / norm : 0;
        }
    }

    /// <summary>What it computes.</summary>
    public CoderConfig Config { get; }

    /// <summary>Its weights.</summary>
    public CoderWeights Weights { get; }

    /// <summary>What the activation is given: p [.., n_latents]; for a gated coder the gate's.</summary>
    /// <param name="x">[.., d_in]; or [.., head, d_head] where heads are flattened.</param>
    /// <exception cref="InputException">The input has another width.</exception>
    public Tensor PreActivations(Tensor x)
    {
        using Tensor rows = Rows(x);
        using ScaledInput scaled = new(rows, Config.Scaling);
        return Pre(scaled.Rows, Weights.EncoderBias).Reshaped(Leading(x), Config.NLatents);
    }

    /// <summary>Latents [.., n_latents] of inputs [.., d_in], 0 where not active.</summary>
    /// <exception cref="InputException">The input has another width.</exception>
    public Tensor Encode(Tensor x)
    {
        using Tensor rows = Rows(x);
        using ScaledInput scaled = new(rows, Config.Scaling);
        return EncodeRows(scaled.Rows).Reshaped(Leading(x), Config.NLatents);
    }

    /// <summary>The active latents of inputs [.., d_in], taken as rows.</summary>
    /// <exception cref="InputException">The input has another width.</exception>
    public SparseLatents EncodeSparse(Tensor x)
    {
        using Tensor rows = Rows(x);
        using ScaledInput scaled = new(rows, Config.Scaling);
        return EncodeSparse(scaled);
    }

    /// <summary>An output [.., d_out] from latents [.., n_latents].</summary>
    /// <param name="latents">The latents.</param>
    /// <param name="x">What they were encoded from; needed where the input is scaled or skips to the output.</param>
    /// <param name="output">Which of the outputs.</param>
    /// <exception cref="InputException">
    /// The latents have another width, or x is needed and absent or of another shape.
    /// </exception>
    public Tensor Decode(Tensor latents, Tensor? x = null, int output = 0)
    {
        if (latents.Shape[^1] != Config.NLatents)
            throw new InputException($"latents of shape {latents.Shape} for a coder of {Config.NLatents} latents");
        return Decode(SparseLatents.Of(latents), x, output).Reshaped(Leading(latents, 1), Config.Outputs[output].Width);
    }

    /// <summary>An output [rows, d_out] from active latents.</summary>
    /// <param name="latents">The latents.</param>
    /// <param name="x">What they were encoded from; needed where the input is scaled or skips to the output.</param>
    /// <param name="output">Which of the outputs.</param>
    /// <exception cref="InputException">x is needed and absent, or of another shape.</exception>
    public Tensor Decode(SparseLatents latents, Tensor? x = null, int output = 0)
    {
        if (x is null && (Config.Scaling != InputScaling.None || Weights.Decoders[output].Skip is not null))
            throw new InputException("this coder scales or skips its input: decoding needs the input too");
        using Tensor? rows = x is null ? null : Rows(x);
        if (rows is not null && rows.Shape[0] != latents.Rows)
            throw new InputException($"{latents.Rows} rows of latents, but {rows.Shape[0]} inputs");
        using ScaledInput? scaled = rows is null ? null : new(rows, Config.Scaling);
        return Decode(latents, rows, scaled, output);
    }

    /// <summary>
    /// Encodes and decodes: an output [.., d_out] for inputs [.., d_in], heads parted again where they were flattened.
    /// </summary>
    /// <exception cref="InputException">The input has another width.</exception>
    public Tensor Reconstruct(Tensor x, int output = 0)
    {
        using Tensor rows = Rows(x);
        using ScaledInput scaled = new(rows, Config.Scaling);
        Tensor y = Decode(EncodeSparse(scaled), rows, scaled, output);
        return y.Shape[1] == Config.DIn ? y.Reshaped(x.Shape.Sizes) : y.Reshaped(Leading(x), y.Shape[1]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        _decoderNorms?.Dispose();
        _reciprocalNorms?.Dispose();
    }

    SparseLatents EncodeSparse(ScaledInput scaled)
    {
        if (_search is not null)
        {
            using Tensor centred = Centred(scaled.Rows);
            if (SparseEncoding.Encode(centred, Weights.Encoder, _search) is { } latents)
                return latents;
        }
        return EncodeInBlocks(scaled);
    }

    // So that what is dense never holds the latents of all inputs. A row's bytes do not depend on the others.
    SparseLatents EncodeInBlocks(ScaledInput scaled)
    {
        (int count, int width) = (scaled.Rows.Shape[0], Config.DIn);
        int block = Math.Max(64, LatentsAtOnce / Config.NLatents);
        List<SparseLatents> parts = [];
        for (int start = 0; start < count || parts.Count == 0; start += block)
        {
            int rows = Math.Min(block, count - start);
            using Tensor part = rows == count ? scaled.Rows.Share()
                : Tensor.From(scaled.Rows.Data.Slice(start * width, rows * width), rows, width);
            using Tensor dense = EncodeRows(part);
            parts.Add(SparseLatents.Of(dense));
        }
        return SparseLatents.Join(parts);
    }

    Tensor EncodeRows(Tensor rows)
    {
        Tensor latents = Pre(rows, Config.Kind == CoderKind.Gated ? null : Weights.EncoderBias);
        _activation.Apply(latents);
        return latents;
    }

    Tensor Centred(Tensor rows) => Config.SubtractsDecoderBias ? WithoutBias(rows) : rows.Share();

    Tensor Pre(Tensor rows, Tensor? bias)
    {
        using Tensor centred = Centred(rows);
        Tensor pre = _wideEncoder is null
            ? Ops.MatMul(centred, Weights.Encoder, bias)
            : WideProduct.MatMul(centred, _wideEncoder, bias);
        return _decoderNorms is null ? pre : Replaced(pre, Ops.MultiplyRows(pre, _decoderNorms));
    }

    Tensor Decode(SparseLatents latents, Tensor? rows, ScaledInput? scaled, int output)
    {
        CoderDecoder decoder = Weights.Decoders[output];
        Tensor y = _reciprocalNorms is null
            ? SparseDecoding.Multiply(latents, decoder.Weight)
            : SparseDecoding.Multiply(latents.Scaled(_reciprocalNorms.Data), decoder.Weight);
        if (decoder.Bias is { } bias)
            y = Replaced(y, Ops.AddRow(y, bias));
        scaled?.Undo(y);
        if (decoder.Skip is { } skip)
        {
            using Tensor skipped = Ops.MatMul(rows!, skip);
            y = Replaced(y, Ops.Add(y, skipped));
        }
        return y;
    }

    Tensor WithoutBias(Tensor rows)
    {
        Tensor centred = rows.Clone();
        int at = 0;
        foreach (Tensor bias in Weights.Decoders.Select(decoder => decoder.Bias!)) // side by side as the inputs are
        {
            for (int r = 0; r < rows.Shape[0]; r++)
            {
                Span<float> part = centred.Data.Slice((r * Config.DIn) + at, bias.Shape.Count);
                TensorPrimitives.Subtract(part, bias.Data, part);
            }
            at += bias.Shape.Count;
        }
        return centred;
    }

    Tensor DecoderNorms()
    {
        Tensor norms = Tensor.Zeros(Config.NLatents);
        for (int i = 0; i < Config.NLatents; i++)
        {
            float squares = 0;
            foreach (CoderDecoder decoder in Weights.Decoders)
                squares += Reduce.SumOfSquares(decoder.Weight.Data.Slice(i * decoder.Weight.Shape[1], decoder.Weight.Shape[1]));
            norms.Data[i] = MathF.Sqrt(squares);
        }
        return norms;
    }

    // Inputs as [rows, d_in]; the heads of z are side by side already.
    Tensor Rows(Tensor x)
    {
        int rank = x.Shape.Rank;
        bool isFlat = rank > 0 && x.Shape[^1] == Config.DIn;
        bool isHeads = Config.FlattensHeads && rank > 1 && x.Shape[^1] * x.Shape[^2] == Config.DIn;
        if (!isFlat && !isHeads)
            throw new InputException($"the dictionary reads inputs {Config.DIn} wide, but was given ones of shape {x.Shape}; "
                + "it belongs to another model or site");
        return x.Reshape(x.Shape.Count / Config.DIn, Config.DIn);
    }

    /// <summary>The axes of an input that are not those of one activation.</summary>
    internal int[] Leading(Tensor x) => Leading(x, x.Shape[^1] == Config.DIn ? 1 : 2);

    static int[] Leading(Tensor x, int dropped) => x.Shape.Sizes[..^dropped].ToArray();

    static Tensor Replaced(Tensor old, Tensor made)
    {
        old.Dispose();
        return made;
    }

    void RequireShapes()
    {
        Require(Weights.Encoder, Config.DIn, Config.NLatents);
        Require(Weights.EncoderBias, Config.NLatents);
        if (Weights.Decoders.Count != Config.Outputs.Count)
            throw new ArgumentException($"{Weights.Decoders.Count} decoders for {Config.Outputs.Count} outputs");
        for (int i = 0; i < Config.Outputs.Count; i++)
        {
            Require(Weights.Decoders[i].Weight, Config.NLatents, Config.Outputs[i].Width);
            Require(Weights.Decoders[i].Bias, Config.Outputs[i].Width);
            Require(Weights.Decoders[i].Skip, Config.DIn, Config.Outputs[i].Width);
        }
        bool isGated = Config.Kind == CoderKind.Gated, hasThresholds = Config.Kind is CoderKind.BatchTopK or CoderKind.JumpRelu;
        Require(isGated ? Weights.MagnitudeScale ?? throw Absent("r_mag") : null, Config.NLatents);
        Require(isGated ? Weights.MagnitudeBias ?? throw Absent("b_mag") : null, Config.NLatents);
        Require(hasThresholds ? Weights.Thresholds ?? throw Absent("threshold") : null, Config.NLatents);
        if (Config.SubtractsDecoderBias
            && (Weights.Decoders.Any(decoder => decoder.Bias is null) || Config.Outputs.Sum(site => site.Width) != Config.DIn))
            throw new ArgumentException("the decoder's bias cannot be subtracted from an input of another width");
    }

    static ArgumentException Absent(string weight) => new($"the kind needs {weight}");

    static void Require(Tensor? weight, params ReadOnlySpan<int> shape)
    {
        if (weight is not null && !weight.Shape.Equals(new Shape(shape)))
            throw new ArgumentException($"a weight of shape {weight.Shape} where {new Shape(shape)} belongs");
    }
}

static class ReshapedTensor
{
    /// <summary>The tensor with other leading axes; takes it over.</summary>
    public static Tensor Reshaped(this Tensor tensor, ReadOnlySpan<int> leading, int last) => tensor.Reshaped([.. leading, last]);

    /// <summary>The tensor with another shape; takes it over.</summary>
    public static Tensor Reshaped(this Tensor tensor, ReadOnlySpan<int> shape)
    {
        using (tensor)
            return tensor.Reshape(shape);
    }
}
