using System.Globalization;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// Gemma Scope 2's cross-layer transcoders: params_layer_{i}.safetensors with w_enc [d_model, n_latents], b_enc, threshold, b_dec
/// (of the layer written to), w_dec [n_latents, n_layers, d_model], whose entry j writes to layer j and is unused below i, and
/// perhaps affine_skip_connection [d_model, d_model], used as x · A.
/// </summary>
/// <remarks>What is unused is not kept: written again, it is 0. Source: circuit-tracer, cross_layer_transcoder.py.</remarks>
sealed class GemmaScope2CrossLayerLayout : DictionaryLayout
{
    const string SkipName = "affine_skip_connection";

    public override string Name => "gemma-scope-2-clt";

    public override string LooksFor => "params_layer_0.safetensors, params_layer_1.safetensors, …";

    public override bool Fits(string path) => Directory.Exists(path) && File.Exists(FileOf(path, 0));

    public override void Write(CoderSet dictionary, string folder)
    {
        int layers = dictionary.Coders.Count;
        for (int layer = 0; layer < layers; layer++)
        {
            SparseCoder coder = dictionary.Coders[layer];
            if (coder.Config.Outputs.Count != layers - layer
                || coder.Config is not { Inputs.Count: 1, SubtractsDecoderBias: false }
                || coder.Config.Outputs.Any(site => site.Width != coder.Config.DIn)
                || Jumping.ThresholdsOf(coder) is not { } jumps)
                throw Cannot(dictionary, $"a set whose layer {layer} is a {coder.Config.Role} of kind {coder.Config.Kind} with "
                    + $"{coder.Config.Outputs.Count} outputs");
            WriteLayer(dictionary, coder, jumps, folder, layer, layers);
        }
        CircuitTracerConfig.Write(dictionary, folder, "cross_layer_transcoder");
    }

    protected override CoderSet Read(string path)
    {
        CircuitTracerConfig config = new(path);
        int layers = Layers(FileOf(path, 0));
        List<SparseCoder> coders = [];
        DType type = DType.F32;
        for (int layer = 0; layer < layers; layer++)
        {
            if (!File.Exists(FileOf(path, layer)))
                throw new InputException($"{path} should have {layers} files params_layer_*.safetensors, one for each layer that "
                    + $"w_dec writes, but that of layer {layer} is missing; fetch it");
            using TensorSource file = TensorSource.Open(FileOf(path, layer));
            coders.Add(ReadLayer(file, config, layer, layers));
            type = file.Of("w_dec").Type;
        }
        return new CoderSet(coders) { Path = path, Layout = Name, StoredType = type };
    }

    static int Layers(string path)
    {
        using TensorSource file = TensorSource.Open(path);
        return file.Sizes("w_dec", 3)[1];
    }

    static SparseCoder ReadLayer(TensorSource file, CircuitTracerConfig config, int layer, int layers)
    {
        (int nLatents, int width) = (file.Sizes("b_enc", 1)[0], file.Sizes("b_dec", 1)[0]);
        float[] all = file.Read("w_dec", nLatents, layers, width);
        CoderConfig coder = new()
        {
            Kind = CoderKind.JumpRelu,
            Inputs = [new(config.Reads(layer), width)],
            Outputs = [.. Enumerable.Range(layer, layers - layer).Select(l => new CoderSite(config.Writes(l)
                ?? string.Create(CultureInfo.InvariantCulture, $"blocks.{l}.hook_mlp_out"), width))],
            NLatents = nLatents,
            IsTranscoder = true,
        };
        return new SparseCoder(coder.Checked(file.Path), new CoderWeights
        {
            Encoder = Encoder(file, "w_enc", width, nLatents, latentsFirst: false),
            EncoderBias = Vector(file, "b_enc", nLatents),
            Thresholds = Vector(file, "threshold", nLatents),
            Decoders = [.. Enumerable.Range(layer, layers - layer).Select(l => new CoderDecoder
            {
                Weight = CrossLayerLayout.Slice(all, nLatents, layers, width, l),
                Bias = l == layer ? Vector(file, "b_dec", width) : null,
                Skip = l == layer ? Skip(file, SkipName, width, width, inputsFirst: true) : null,
            })],
        });
    }

    static void WriteLayer(
        CoderSet dictionary, SparseCoder coder, float[] thresholds, string folder, int layer, int layers)
    {
        DType type = dictionary.StoredType;
        (int width, int nLatents) = (coder.Config.DIn, coder.Config.NLatents);
        float[] all = new float[nLatents * layers * width];
        for (int l = layer; l < layers; l++)
            for (int i = 0; i < nLatents; i++)
                coder.Weights.Decoders[l - layer].Weight.Data.Slice(i * width, width)
                    .CopyTo(all.AsSpan(((i * layers) + l) * width));
        List<TensorToWrite> tensors =
        [
            ToWrite("w_enc", type, Numbers(coder.Weights.Encoder), width, nLatents),
            ToWrite("w_dec", type, all, nLatents, layers, width),
            ToWrite("b_enc", type, Numbers(coder.Weights.EncoderBias), nLatents),
            ToWrite("b_dec", type, Numbers(coder.Weights.Decoders[0].Bias!), width),
            ToWrite("threshold", type, thresholds, nLatents),
        ];
        if (coder.Weights.Decoders[0].Skip is { } skip)
            tensors.Add(ToWrite(SkipName, type, Numbers(skip), width, width));
        SafetensorsWriter.Write(FileOf(folder, layer), tensors);
    }

    static string FileOf(string folder, int layer) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"params_layer_{layer}.safetensors"));
}
