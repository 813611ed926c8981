using System.Globalization;
using System.Text;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// circuit-tracer's per-layer transcoders: layer_{i}.safetensors with W_enc [n_latents, d_in], W_dec [n_latents,
/// d_out], b_enc, b_dec,
/// perhaps activation_function.threshold, k, and W_skip [d_out, d_in]; config.yaml names the sites.
/// </summary>
/// <remarks>The decoder's bias is not taken from the input, and neither TopK nor JumpReLU rectifies.</remarks>
sealed class TranscoderSetLayout : DictionaryLayout
{
    const string Threshold = "activation_function.threshold";

    public override string Name => "circuit-tracer";

    public override string LooksFor => "layer_0.safetensors, layer_1.safetensors, …";

    public override bool Fits(string path) => Directory.Exists(path) && File.Exists(LayerFile(path, 0));

    public override void Write(CoderSet dictionary, string folder)
    {
        for (int layer = 0; layer < dictionary.Coders.Count; layer++)
            SafetensorsWriter.Write(LayerFile(folder, layer), Tensors(dictionary, dictionary.Coders[layer]));
        CircuitTracerConfig.Write(dictionary, folder, "transcoder_set");
    }

    protected override CoderSet Read(string path)
    {
        CircuitTracerConfig config = new(path);
        List<SparseCoder> coders = [];
        DType type = DType.F32;
        for (int layer = 0; File.Exists(LayerFile(path, layer)); layer++)
        {
            using TensorSource file = TensorSource.Open(LayerFile(path, layer));
            coders.Add(ReadLayer(file, config, layer));
            type = file.Of("W_dec").Type;
        }
        int found = Directory.EnumerateFiles(path, "layer_*.safetensors").Count();
        if (found != coders.Count)
            throw new InputException($"{path} has {found} files layer_*.safetensors, but layer_{coders.Count}.safetensors "
                + "is missing; fetch it");
        return new CoderSet(coders) { Path = path, Layout = Name, StoredType = type };
    }

    static SparseCoder ReadLayer(TensorSource file, CircuitTracerConfig config, int layer)
    {
        (int dIn, int nLatents, int dOut) = (file.Sizes("W_enc", 2)[1], file.Sizes("b_enc", 1)[0], file.Sizes("b_dec", 1)[0]);
        int? k = file.Has("k") ? file.Integer("k") : config.K;
        CoderConfig coder = new()
        {
            Kind = config.KindOf(file.Has(Threshold), k),
            Inputs = [new(config.Reads(layer), dIn)],
            Outputs = [new(config.Writes(layer), dOut)],
            NLatents = nLatents,
            K = k,
            IsTranscoder = true,
            IsRectified = !file.Has(Threshold) && k is null,
        };
        return new SparseCoder(coder.Checked(file.Path), new CoderWeights
        {
            Encoder = Encoder(file, "W_enc", dIn, nLatents, latentsFirst: true),
            EncoderBias = Vector(file, "b_enc", nLatents),
            Thresholds = coder.Kind == CoderKind.JumpRelu ? Vector(file, Threshold, nLatents) : null,
            Decoders =
            [
                new()
                {
                    Weight = Decoder(file, "W_dec", nLatents, dOut, latentsFirst: true),
                    Bias = Vector(file, "b_dec", dOut),
                    Skip = Skip(file, "W_skip", dIn, dOut, inputsFirst: false),
                },
            ],
        });
    }

    List<TensorToWrite> Tensors(CoderSet dictionary, SparseCoder coder)
    {
        CoderConfig config = coder.Config;
        if (config is not { Inputs.Count: 1, Outputs.Count: 1, FlattensHeads: false } || !IsPlain(config)
            || config.Kind is CoderKind.Gated or CoderKind.GroupMax || (config.Kind == CoderKind.TopK && config.IsRectified))
            throw Cannot(dictionary, $"a {config.Role} of kind "
                + $"{config.Kind}{(config.Kind == CoderKind.TopK ? " whose latents are rectified" : "")}");
        DType type = dictionary.StoredType;
        (int dIn, int nLatents, int dOut) = (config.DIn, config.NLatents, config.Outputs[0].Width);
        List<TensorToWrite> tensors =
        [
            ToWrite("W_enc", type, Numbers(coder.Weights.Encoder, transposed: true), nLatents, dIn),
            ToWrite("W_dec", type, Numbers(coder.Weights.Decoders[0].Weight), nLatents, dOut),
            ToWrite("b_enc", type, FoldedBias(coder), nLatents),
            ToWrite("b_dec", type, Numbers(coder.Weights.Decoders[0].Bias!), dOut),
        ];
        if (coder.Weights.Thresholds is { } thresholds)
            tensors.Add(ToWrite(Threshold, type, Numbers(thresholds), nLatents));
        if (config.Kind == CoderKind.TopK)
            tensors.Add(TensorToWrite.FromInt64("k", [], [config.K!.Value]));
        if (coder.Weights.Decoders[0].Skip is { } skip)
            tensors.Add(ToWrite("W_skip", type, Numbers(skip, transposed: true), dOut, dIn));
        return tensors;
    }

    static string LayerFile(string folder, int layer) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"layer_{layer}.safetensors"));
}

/// <summary>circuit-tracer's config.yaml: where a set reads and writes, and its activation; all of it may be absent.</summary>
sealed class CircuitTracerConfig
{
    const string FileName = "config.yaml";

    readonly string _path;
    readonly IReadOnlyDictionary<string, string> _values;

    public CircuitTracerConfig(string folder)
    {
        _path = Path.Combine(folder, FileName);
        _values = File.Exists(_path) ? YamlConfig.Read(_path) : new Dictionary<string, string>();
        if (_values.TryGetValue("k", out string? k))
            K = int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value
                : throw new InputException($"{_path}: k is {Quote.Of(k)}, not a whole number");
    }

    /// <summary>How many latents TopK keeps, where the config says so.</summary>
    public int? K { get; }

    /// <summary>The activation, which weights decide where the config is silent.</summary>
    /// <exception cref="InputException">It is another than the weights can be used with.</exception>
    public CoderKind KindOf(bool hasThreshold, int? k)
    {
        CoderKind byWeights = hasThreshold ? CoderKind.JumpRelu : k is not null ? CoderKind.TopK : CoderKind.Relu;
        CoderKind? stated = _values.GetValueOrDefault("activation") switch
        {
            null => null,
            "topk" => CoderKind.TopK,
            "relu" => CoderKind.Relu,
            "jump_relu" or "jumprelu" => CoderKind.JumpRelu,
            string other => throw new InputException($"{_path}: the activation {Quote.Of(other)} is not known; read are "
                + "relu, jump_relu and topk"),
        };
        return stated is null || stated == byWeights ? byWeights : stated == CoderKind.TopK ? CoderKind.TopK
            : throw new InputException($"{_path}: the activation is {stated}, but the weights are those of {byWeights}; "
            + "they do not belong together");
    }

    /// <summary>The site that a layer reads.</summary>
    public string? Reads(int layer) => Site("feature_input_hook", layer);

    /// <summary>The site that is written to in a layer.</summary>
    public string? Writes(int layer) => Site("feature_output_hook", layer);

    /// <summary>Writes the config of a set whose sites are of one kind each.</summary>
    public static void Write(CoderSet dictionary, string folder, string kind)
    {
        StringBuilder yaml = new();
        yaml.Append(CultureInfo.InvariantCulture, $"model_kind: {kind}\n");
        CoderConfig first = dictionary.Coders[0].Config;
        if (Hook(first.Inputs[0].Name) is { } reads)
            yaml.Append(CultureInfo.InvariantCulture, $"feature_input_hook: {reads}\n");
        if (Hook(first.Outputs[0].Name) is { } writes)
            yaml.Append(CultureInfo.InvariantCulture, $"feature_output_hook: {writes}\n");
        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(Encoding.UTF8.GetBytes(yaml.ToString())));
    }

    static string? Hook(string? site) => site?.Split('.') is ["blocks", _, .. string[] hook] ? string.Join('.', hook) : null;

    string? Site(string name, int layer) => _values.TryGetValue(name, out string? hook)
        ? string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.{hook}")
        : null;
}
