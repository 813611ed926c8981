using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Small coders of random weights.</summary>
static class Made
{
    public static SparseCoder Coder(
        CoderKind kind, int dIn, int nLatents, int? k = null, bool skips = false, bool isTranscoder = false, bool isRectified = true,
        bool subtracts = false, bool scalesByNorm = false, InputScaling scaling = InputScaling.None, string seed = "coder")
    {
        Rng rng = new Rng(7).Fork(seed);
        return new SparseCoder(
            new CoderConfig
            {
                Kind = kind,
                Inputs = [new("blocks.0.hook_resid_mid", dIn)],
                Outputs = [new(isTranscoder ? "blocks.0.hook_mlp_out" : "blocks.0.hook_resid_mid", dIn)],
                NLatents = nLatents,
                K = k,
                IsTranscoder = isTranscoder,
                IsRectified = isRectified,
                SubtractsDecoderBias = subtracts,
                ScalesByDecoderNorm = scalesByNorm,
                Scaling = scaling,
            }.Checked("made"),
            new CoderWeights
            {
                Encoder = Normal(rng.Fork("encoder"), dIn, nLatents).AsConstant(),
                EncoderBias = Normal(rng.Fork("bias"), nLatents),
                MagnitudeScale = kind == CoderKind.Gated ? Normal(rng.Fork("scale"), nLatents) : null,
                MagnitudeBias = kind == CoderKind.Gated ? Normal(rng.Fork("magnitude"), nLatents) : null,
                Thresholds = kind is CoderKind.JumpRelu or CoderKind.BatchTopK ? Positive(rng.Fork("threshold"), nLatents) : null,
                Decoders =
                [
                    new()
                    {
                        Weight = Normal(rng.Fork("decoder"), nLatents, dIn),
                        Bias = Normal(rng.Fork("written"), dIn),
                        Skip = skips ? Normal(rng.Fork("skip"), dIn, dIn) : null,
                    },
                ],
            });
    }

    public static CoderSet CrossLayer(int layers, int width, int nLatents, bool isRectified = false) => new([.. Enumerable.Range(0, layers).Select(layer =>
    {
        Rng rng = new Rng(8).Fork(layer);
        return new SparseCoder(
            new CoderConfig
            {
                Kind = CoderKind.JumpRelu,
                Inputs = [new($"blocks.{layer}.hook_resid_mid", width)],
                Outputs = [.. Enumerable.Range(layer, layers - layer).Select(l => new CoderSite($"blocks.{l}.hook_mlp_out", width))],
                NLatents = nLatents,
                IsTranscoder = true,
                IsRectified = isRectified,
            },
            new CoderWeights
            {
                Encoder = Normal(rng.Fork("encoder"), width, nLatents).AsConstant(),
                EncoderBias = Normal(rng.Fork("bias"), nLatents),
                Thresholds = Positive(rng.Fork("threshold"), nLatents),
                Decoders = [.. Enumerable.Range(0, layers - layer).Select(j => new CoderDecoder
                {
                    Weight = Normal(rng.Fork("decoder").Fork(j), nLatents, width),
                    Bias = j == 0 ? Normal(rng.Fork("written"), width) : null,
                    Skip = j == 0 ? Normal(rng.Fork("skip"), width, width) : null,
                })],
            });
    })]);

    public static Tensor Normal(Rng rng, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < tensor.Shape.Count; i++)
            tensor.Data[i] = rng.Normal((ulong)i);
        return tensor;
    }

    static Tensor Positive(Rng rng, int count)
    {
        Tensor tensor = Normal(rng, count);
        foreach (ref float value in tensor.Data)
            value = Math.Abs(value);
        return tensor;
    }
}
