using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// SAELens: cfg.json and sae_weights.safetensors. W_enc is [d_in, n_latents], W_dec [n_latents, d_out], W_skip [d_out,
/// d_in].
/// </summary>
/// <remarks>Source: jbloomAus/SAELens 6, sae_lens/saes; training forms are read as they are evaluated.</remarks>
sealed class SaeLensLayout : DictionaryLayout
{
    const string ConfigFile = "cfg.json", WeightsFile = "sae_weights.safetensors";

    static readonly string[] Architectures =
    [
        "standard", "gated", "topk", "jumprelu", "transcoder", "skip_transcoder", "jumprelu_transcoder",
            "jumprelu_skip_transcoder",
        "batchtopk", "matryoshka_batchtopk",
    ];

    public override string Name => "saelens";

    public override string LooksFor => $"{ConfigFile} with {WeightsFile}";

    public override bool Fits(string path) => FileAt(path, ConfigFile) is not null && FileAt(path, WeightsFile) is not null;

    public override void Write(CoderSet dictionary, string folder)
    {
        SparseCoder coder = Only(dictionary);
        string architecture = Architecture(dictionary, coder.Config);
        DType type = dictionary.StoredType;
        (int dIn, int nLatents, int dOut) = (coder.Config.DIn, coder.Config.NLatents, coder.Config.Outputs[0].Width);
        bool isGated = coder.Config.Kind == CoderKind.Gated;
        CoderDecoder decoder = coder.Weights.Decoders[0];
        List<TensorToWrite> tensors =
        [
            ToWrite("W_enc", type, Numbers(coder.Weights.Encoder), dIn, nLatents),
            ToWrite(isGated ? "b_gate" : "b_enc", type, Numbers(coder.Weights.EncoderBias), nLatents),
            ToWrite("W_dec", type, Numbers(decoder.Weight), nLatents, dOut),
            ToWrite("b_dec", type, Numbers(decoder.Bias!), dOut),
        ];
        if (isGated)
            tensors.AddRange([ToWrite("r_mag", type, Numbers(coder.Weights.MagnitudeScale!), nLatents),
                ToWrite("b_mag", type, Numbers(coder.Weights.MagnitudeBias!), nLatents)]);
        if (coder.Weights.Thresholds is { } thresholds)
            tensors.Add(ToWrite("threshold", type, Numbers(thresholds), nLatents));
        if (decoder.Skip is { } skip)
            tensors.Add(ToWrite("W_skip", type, Numbers(skip, transposed: true), dOut, dIn));
        JsonObject card = dictionary.Layout == Name && dictionary.Card is { } own ? own : Card(coder.Config, architecture, type);
        AtomicFile.Write(Path.Combine(folder, ConfigFile), stream => stream.Write(PythonJson.Bytes(card)));
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), tensors);
    }

    protected override CoderSet Read(string path)
    {
        ConfigJson config = new(Path.Combine(FolderOf(path), ConfigFile));
        using TensorSource file = TensorSource.Open(Path.Combine(FolderOf(path), WeightsFile));
        string architecture = ArchitectureOf(config, file.Path);
        int[] encoder = file.Sizes("W_enc", 2), decoder = file.Sizes("W_dec", 2);
        (int dIn, int nLatents, int dOut) = (encoder[0], file.Sizes(architecture == "gated" ? "b_gate" : "b_enc", 1)[0],
            file.Sizes("b_dec", 1)[0]);
        config.Require("d_in", dIn);
        config.Require("d_sae", nLatents);
        if (architecture.EndsWith("transcoder", StringComparison.Ordinal))
            config.Require("d_out", dOut);
        if (decoder[0] != nLatents)
            throw new InputException($"{file.Path}: {file.Of("W_dec")} should have a row for each of the {nLatents} latents");
        CoderConfig coder = ConfigOf(config, architecture, dIn, nLatents, dOut).Checked(path);
        CoderWeights weights = new()
        {
            Encoder = Encoder(file, "W_enc", dIn, nLatents, latentsFirst: false),
            EncoderBias = Vector(file, architecture == "gated" ? "b_gate" : "b_enc", nLatents),
            MagnitudeScale = architecture == "gated" ? Vector(file, "r_mag", nLatents) : null,
            MagnitudeBias = architecture == "gated" ? Vector(file, "b_mag", nLatents) : null,
            Thresholds = coder.Kind is CoderKind.JumpRelu or CoderKind.BatchTopK ? Thresholds(file, nLatents) : null,
            Decoders =
            [
                new()
                {
                    Weight = Decoder(file, "W_dec", nLatents, dOut, latentsFirst: true),
                    Bias = Vector(file, "b_dec", dOut),
                    Skip = architecture.Contains("skip", StringComparison.Ordinal) ? Required(file, "W_skip", dIn, dOut) : null,
                },
            ],
        };
        return new CoderSet(new SparseCoder(coder, weights))
        {
            Path = path,
            Layout = Name,
            StoredType = file.Of("W_dec").Type,
            Card = config.Root,
        };
    }

    static Tensor Required(TensorSource file, string name, int dIn, int dOut) =>
        Skip(file, file.Of(name).Name, dIn, dOut, inputsFirst: false)!;

    static Tensor Thresholds(TensorSource file, int nLatents)
    {
        if (file.Has("topk_threshold"))
            return Constant(file.Read("topk_threshold")[0], nLatents);
        if (file.Has("threshold"))
            return Vector(file, "threshold", nLatents);
        float[] logarithms = file.Read("log_threshold", nLatents);
        return Tensor.From([.. logarithms.Select(value => (float)Math.Exp(value))], nLatents).AsConstant();
    }

    static string ArchitectureOf(ConfigJson config, string weights)
    {
        // Before version 6 a TopK coder was a standard one with another activation.
        string? activation = config.Text("activation_fn") ?? config.Text("activation_fn_str");
        string architecture = config.Text("architecture") ?? "standard";
        if (architecture == "standard" && activation == "topk")
            architecture = "topk";
        else if (activation is not (null or "relu" or "topk") && architecture == "standard")
            throw new InputException($"{weights}: the activation {Quote.Of(activation)} is not known; read are relu and topk");
        return Architectures.Contains(architecture)
            ? architecture
            : throw new InputException($"{weights}: the architecture {Quote.Of(architecture)} is not known; read are "
                + string.Join(", ", Architectures));
    }

    static CoderConfig ConfigOf(ConfigJson config, string architecture, int dIn, int nLatents, int dOut)
    {
        ConfigJson? metadata = config.Within("metadata");
        string? hook = (metadata ?? config).Text("hook_name") ?? config.Text("hook_name") ?? config.Text("hook_point");
        bool isTranscoder = architecture.EndsWith("transcoder", StringComparison.Ordinal);
        return new CoderConfig
        {
            Kind = architecture switch
            {
                "gated" => CoderKind.Gated,
                "topk" => CoderKind.TopK,
                "batchtopk" or "matryoshka_batchtopk" => CoderKind.BatchTopK,
                _ when architecture.StartsWith("jumprelu", StringComparison.Ordinal) => CoderKind.JumpRelu,
                _ => CoderKind.Relu,
            },
            Inputs = [new(hook, dIn)],
            Outputs = [new(isTranscoder ? (metadata ?? config).Text("hook_name_out") : hook, dOut)],
            NLatents = nLatents,
            K = architecture == "topk" ? config.Count("k") ?? config.Within("activation_fn_kwargs")?.Count("k") : null,
            SubtractsDecoderBias = !isTranscoder && config.Flag("apply_b_dec_to_input", true),
            ScalesByDecoderNorm = config.Flag("rescale_acts_by_decoder_norm", false),
            Scaling = ScalingOf(config),
            FlattensHeads = config.Text("reshape_activations") == "hook_z"
                || (config.Text("reshape_activations") is null && hook?.EndsWith("hook_z", StringComparison.Ordinal) == true),
            IsTranscoder = isTranscoder,
        };
    }

    static InputScaling ScalingOf(ConfigJson config)
    {
        // A truth value is what older versions had; the scale of "expected_average_only_in" is folded into the weights.
        if (config.Root["normalize_activations"] is JsonValue value && value.GetValueKind() is System.Text.Json.JsonValueKind.True
            or System.Text.Json.JsonValueKind.False)
            return InputScaling.None;
        return config.Text("normalize_activations") switch
        {
            null or "none" or "expected_average_only_in" => InputScaling.None,
            "layer_norm" => InputScaling.LayerNorm,
            "constant_norm_rescale" => InputScaling.ConstantNorm,
            string other => throw new InputException($"normalize_activations {Quote.Of(other)} is not known; read are none, "
                + "expected_average_only_in, constant_norm_rescale and layer_norm"),
        };
    }

    string Architecture(CoderSet dictionary, CoderConfig config)
    {
        if (dictionary.Layout == Name)
            return "";
        if (!config.IsRectified || (config.IsTranscoder && config.SubtractsDecoderBias))
            throw Cannot(dictionary, "latents that are not rectified, or a transcoder that subtracts the decoder's bias");
        bool skips = dictionary.Coders[0].Weights.Decoders[0].Skip is not null;
        return (config.Kind, config.IsTranscoder || skips) switch
        {
            (CoderKind.Relu, false) => "standard",
            (CoderKind.Relu, true) => skips ? "skip_transcoder" : "transcoder",
            (CoderKind.Gated, false) => "gated",
            (CoderKind.TopK, false) => "topk",
            (CoderKind.JumpRelu or CoderKind.BatchTopK, false) => "jumprelu",
            (CoderKind.JumpRelu or CoderKind.BatchTopK, true) => skips ? "jumprelu_skip_transcoder" : "jumprelu_transcoder",
            _ => throw Cannot(dictionary, $"a {config.Role} of kind {config.Kind}"),
        };
    }

    static JsonObject Card(CoderConfig config, string architecture, DType type)
    {
        JsonObject metadata = [];
        if (config.Inputs[0].Name is { } hook)
            metadata["hook_name"] = hook;
        if (config.IsTranscoder && config.Outputs[0].Name is { } written)
            metadata["hook_name_out"] = written;
        JsonObject card = new()
        {
            ["d_in"] = config.DIn,
            ["d_sae"] = config.NLatents,
            ["dtype"] = type switch { DType.BF16 => "bfloat16", DType.F16 => "float16", DType.F64 => "float64", _ => "float32" },
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = config.SubtractsDecoderBias,
            ["normalize_activations"] = config.Scaling switch
            {
                InputScaling.LayerNorm => "layer_norm",
                InputScaling.ConstantNorm => "constant_norm_rescale",
                _ => "none",
            },
            ["reshape_activations"] = config.FlattensHeads ? "hook_z" : "none",
            ["metadata"] = metadata,
        };
        if (config.Kind == CoderKind.TopK)
            (card["k"], card["rescale_acts_by_decoder_norm"]) = (config.K, config.ScalesByDecoderNorm);
        if (architecture.EndsWith("transcoder", StringComparison.Ordinal))
            card["d_out"] = config.Outputs[0].Width;
        card["architecture"] = architecture;
        return card;
    }
}
