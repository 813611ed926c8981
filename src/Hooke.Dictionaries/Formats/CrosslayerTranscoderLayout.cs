using System.Globalization;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// crosslayer-transcoder: checkpoint.safetensors with encoder.W [layers, d_acts, n_latents], encoder.b, decoder.b,
/// nonlinearity.theta, and
/// decoder.W_{l} [l + 1, n_latents, d_acts] (what layers 0..l write to l) or, per layer, decoder.W [layers, n_latents,
/// d_acts]. JumpReLU
/// that rectifies. Read only.
/// </summary>
/// <remarks>
/// Its standardisers are folded into the weights: an input that never varied has weights near 10⁷, which a bias as
/// large cancels. In
/// float32 nothing would be left of the pre-activation, so these are summed in double precision.
/// </remarks>
sealed class CrosslayerTranscoderLayout : DictionaryLayout
{
    const string WeightsFile = "checkpoint.safetensors", Theta = "nonlinearity.theta";

    public override string Name => "crosslayer-transcoder";

    public override string LooksFor => WeightsFile;

    public override bool Fits(string path) => FileAt(path, WeightsFile) is not null;

    protected override CoderSet Read(string path)
    {
        using TensorSource file = TensorSource.Open(FileAt(path, WeightsFile)!);
        if (!file.Has(Theta))
            throw new InputException($"{file.Path} has no {Quote.Of(Theta)}: its activation is not one that is known");
        int[] sizes = file.Sizes("encoder.W", 3);
        (int layers, int width, int nLatents) = (sizes[0], sizes[1], sizes[2]);
        float[] encoders = file.Read("encoder.W"), biases = file.Read("encoder.b", layers, nLatents),
            written = file.Read("decoder.b", layers, width), thetas = file.Read(Theta, 1, layers, nLatents);
        bool isCrossLayer = !file.Has("decoder.W");
        float[][] decoders = isCrossLayer
            ? [.. Enumerable.Range(0, layers)
            .Select(l => file.Read(string.Create(CultureInfo.InvariantCulture, $"decoder.W_{l}"), l + 1, nLatents, width))]
            : [file.Read("decoder.W", layers, nLatents, width)];
        List<SparseCoder> coders = [];
        for (int layer = 0; layer < layers; layer++)
        {
            int reach = isCrossLayer ? layers - layer : 1, own = layer;
            CoderConfig config = new()
            {
                Kind = CoderKind.JumpRelu,
                Inputs = [new(null, width)],
                Outputs = [.. Enumerable.Range(layer, reach).Select(l => new CoderSite(Written(l), width))],
                NLatents = nLatents,
                IsTranscoder = true,
                EncodesInDouble = true,
            };
            coders.Add(new SparseCoder(config.Checked(file.Path), new CoderWeights
            {
                Encoder = Encoder(encoders[(layer * width * nLatents)..((layer + 1) * width * nLatents)], width, nLatents,
                    latentsFirst: false),
                EncoderBias = Row(biases, layer, nLatents),
                Thresholds = Row(thetas, layer, nLatents),
                Decoders = [.. Enumerable.Range(layer, reach).Select(l => new CoderDecoder
                {
                    Weight = Matrix(decoders[isCrossLayer ? l : 0], own, nLatents, width),
                    Bias = l == own ? Row(written, l, width) : null,
                })],
            }));
        }
        return new CoderSet(coders) { Path = path, Layout = Name, StoredType = file.Of("encoder.W").Type };
    }

    static string Written(int layer) => string.Create(CultureInfo.InvariantCulture, $"layer {layer}");

    static Tensor Row(float[] rows, int row, int width) => Tensor.From(rows.AsSpan(row * width, width), width).AsConstant();

    static Tensor Matrix(float[] matrices, int at, int rows, int columns) =>
        Tensor.From(matrices.AsSpan(at * rows * columns, rows * columns), rows, columns);
}
