using System.Globalization;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// circuit-tracer's cross-layer transcoders: W_enc_{i}.safetensors with W_enc_{i} [n_latents, d_model], b_enc_{i},
/// b_dec_{i} (of the layer
/// written to), perhaps threshold_{i} and W_skip_{i} [d_model, d_model] used as x · W_skip; W_dec_{i}.safetensors with W_dec_{i}
/// [n_latents, n_layers − i, d_model], whose entry j writes to layer i + j.
/// </summary>
sealed class CrossLayerLayout : DictionaryLayout
{
    public override string Name => "circuit-tracer-clt";

    public override string LooksFor => "W_enc_0.safetensors, W_dec_0.safetensors, …";

    public override bool Fits(string path) => Directory.Exists(path) && File.Exists(FileOf(path, "W_enc", 0));

    public override void Write(CoderSet dictionary, string folder)
    {
        int layers = dictionary.Coders.Count;
        for (int layer = 0; layer < layers; layer++)
        {
            SparseCoder coder = dictionary.Coders[layer];
            CoderConfig config = coder.Config;
            if (config.Outputs.Count != layers - layer || !IsPlain(config) || config.SubtractsDecoderBias
                || config.Inputs.Count != 1
                || config.Outputs.Any(site => site.Width != config.DIn)
                || config.Kind is not (CoderKind.Relu or CoderKind.JumpRelu))
                throw Cannot(dictionary, $"a set whose layer {layer} is a {config.Role} of kind {config.Kind} with "
                    + $"{config.Outputs.Count} outputs");
            WriteLayer(dictionary, coder, folder, layer);
        }
        CircuitTracerConfig.Write(dictionary, folder, "cross_layer_transcoder");
    }

    protected override CoderSet Read(string path)
    {
        CircuitTracerConfig config = new(path);
        int layers = 0;
        while (File.Exists(FileOf(path, "W_enc", layers)))
            layers++;
        if (Directory.EnumerateFiles(path, "W_enc_*.safetensors").Count() is int found && found != layers)
            throw new InputException($"{path} has {found} files W_enc_*.safetensors, but that of layer {layers} is missing; "
                + "fetch it");
        List<SparseCoder> coders = [];
        DType type = DType.F32;
        for (int layer = 0; layer < layers; layer++)
        {
            using TensorSource encoder = TensorSource.Open(FileOf(path, "W_enc", layer)),
                decoder = TensorSource.Open(FileOf(path, "W_dec", layer));
            coders.Add(ReadLayer(encoder, decoder, config, layer, layers));
            type = decoder.Of(Numbered("W_dec", layer)).Type;
        }
        return new CoderSet(coders) { Path = path, Layout = Name, StoredType = type };
    }

    static SparseCoder ReadLayer(TensorSource encoder, TensorSource decoder, CircuitTracerConfig config, int layer, int layers)
    {
        string bias = Numbered("b_enc", layer), threshold = Numbered("threshold", layer), written = Numbered("b_dec", layer);
        (int nLatents, int width) = (encoder.Sizes(bias, 1)[0], encoder.Sizes(written, 1)[0]);
        float[] all = decoder.Read(Numbered("W_dec", layer), nLatents, layers - layer, width);
        CoderConfig coder = new()
        {
            Kind = config.KindOf(encoder.Has(threshold), null),
            Inputs = [new(config.Reads(layer), width)],
            Outputs = [.. Enumerable.Range(layer, layers - layer)
                .Select(l => new CoderSite(config.Writes(l) ?? Default(l), width))],
            NLatents = nLatents,
            IsTranscoder = true,
            IsRectified = !encoder.Has(threshold),
        };
        return new SparseCoder(coder.Checked(encoder.Path), new CoderWeights
        {
            Encoder = Encoder(encoder, Numbered("W_enc", layer), width, nLatents, latentsFirst: true),
            EncoderBias = Vector(encoder, bias, nLatents),
            Thresholds = coder.Kind == CoderKind.JumpRelu ? Vector(encoder, threshold, nLatents) : null,
            Decoders = [.. Enumerable.Range(0, layers - layer).Select(j => new CoderDecoder
            {
                Weight = Slice(all, nLatents, layers - layer, width, j),
                Bias = j == 0 ? Vector(encoder, written, width) : null,
                Skip = j == 0 ? Skip(encoder, Numbered("W_skip", layer), width, width, inputsFirst: true) : null,
            })],
        });
    }

    /// <summary>[n_latents, width] out of [n_latents, outputs, width].</summary>
    internal static Tensor Slice(float[] all, int nLatents, int outputs, int width, int output)
    {
        Tensor weight = Tensor.Zeros(nLatents, width);
        for (int i = 0; i < nLatents; i++)
            all.AsSpan(((i * outputs) + output) * width, width).CopyTo(weight.Data[(i * width)..]);
        return weight;
    }

    static void WriteLayer(CoderSet dictionary, SparseCoder coder, string folder, int layer)
    {
        DType type = dictionary.StoredType;
        (int width, int nLatents, int outputs) = (coder.Config.DIn, coder.Config.NLatents, coder.Config.Outputs.Count);
        List<TensorToWrite> tensors =
        [
            ToWrite(Numbered("W_enc", layer), type, Numbers(coder.Weights.Encoder, transposed: true), nLatents, width),
            ToWrite(Numbered("b_enc", layer), type, Numbers(coder.Weights.EncoderBias), nLatents),
            ToWrite(Numbered("b_dec", layer), type, Numbers(coder.Weights.Decoders[0].Bias!), width),
        ];
        if (coder.Weights.Thresholds is { } thresholds)
            tensors.Add(ToWrite(Numbered("threshold", layer), type, Numbers(thresholds), nLatents));
        if (coder.Weights.Decoders[0].Skip is { } skip)
            tensors.Add(ToWrite(Numbered("W_skip", layer), type, Numbers(skip), width, width));
        SafetensorsWriter.Write(FileOf(folder, "W_enc", layer), tensors);
        float[] all = new float[nLatents * outputs * width];
        for (int j = 0; j < outputs; j++)
            for (int i = 0; i < nLatents; i++)
                coder.Weights.Decoders[j].Weight.Data.Slice(i * width, width).CopyTo(all.AsSpan(((i * outputs) + j) * width));
        SafetensorsWriter.Write(FileOf(folder, "W_dec", layer),
            [ToWrite(Numbered("W_dec", layer), type, all, nLatents, outputs, width)]);
    }

    // Layers must be told apart even where no config names them: their outputs are summed.
    static string Default(int layer) => string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.hook_mlp_out");

    static string Numbered(string name, int layer) => string.Create(CultureInfo.InvariantCulture, $"{name}_{layer}");

    static string FileOf(string folder, string name, int layer) => Path.Combine(folder, Numbered(name, layer) + ".safetensors");
}
