using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// EleutherAI's sparsify: cfg.json and sae.safetensors with encoder.weight [n_latents, d_in], encoder.bias, W_dec
/// [n_latents, d_out],
/// b_dec, perhaps W_skip [d_out, d_in]. The decoder's bias is taken from the input unless it transcodes.
/// </summary>
sealed class SparsifyLayout : DictionaryLayout
{
    const string ConfigFile = "cfg.json", WeightsFile = "sae.safetensors";

    public override string Name => "sparsify";

    public override string LooksFor => $"{ConfigFile} with {WeightsFile}";

    public override bool Fits(string path) => FileAt(path, ConfigFile) is not null && FileAt(path, WeightsFile) is not null;

    public override void Write(CoderSet dictionary, string folder)
    {
        SparseCoder coder = Only(dictionary);
        CoderConfig config = coder.Config;
        if (config is not { Kind: CoderKind.TopK or CoderKind.GroupMax, IsRectified: true, FlattensHeads: false }
            || !IsPlain(config)
            || config.SubtractsDecoderBias == config.IsTranscoder)
            throw Cannot(dictionary, $"a {config.Role} of kind {config.Kind} with its bias or scaling");
        (int dIn, int nLatents, int dOut) = (config.DIn, config.NLatents, config.Outputs[0].Width);
        DType type = dictionary.StoredType;
        List<TensorToWrite> tensors =
        [
            ToWrite("encoder.weight", type, Numbers(coder.Weights.Encoder, transposed: true), nLatents, dIn),
            ToWrite("encoder.bias", type, Numbers(coder.Weights.EncoderBias), nLatents),
            ToWrite("W_dec", type, Numbers(coder.Weights.Decoders[0].Weight), nLatents, dOut),
            ToWrite("b_dec", type, Numbers(coder.Weights.Decoders[0].Bias!), dOut),
        ];
        if (coder.Weights.Decoders[0].Skip is { } skip)
            tensors.Add(ToWrite("W_skip", type, Numbers(skip, transposed: true), dOut, dIn));
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), tensors);
        JsonObject card = dictionary.Layout == Name && dictionary.Card is { } own ? own : new()
        {
            ["activation"] = config.Kind == CoderKind.TopK ? "topk" : "groupmax",
            ["expansion_factor"] = Math.Max(1, nLatents / dIn),
            ["normalize_decoder"] = false,
            ["num_latents"] = nLatents,
            ["k"] = config.K,
            ["multi_topk"] = false,
            ["skip_connection"] = coder.Weights.Decoders[0].Skip is not null,
            ["transcode"] = config.IsTranscoder,
            ["d_in"] = dIn,
        };
        AtomicFile.Write(Path.Combine(folder, ConfigFile), stream => stream.Write(PythonJson.Bytes(card)));
    }

    protected override CoderSet Read(string path)
    {
        string folder = FolderOf(path);
        ConfigJson config = new(Path.Combine(folder, ConfigFile));
        using TensorSource file = TensorSource.Open(Path.Combine(folder, WeightsFile));
        (int dIn, int nLatents, int dOut) = (file.Sizes("encoder.weight", 2)[1], file.Sizes("encoder.bias", 1)[0],
            file.Sizes("b_dec", 1)[0]);
        config.Require("d_in", dIn);
        if (config.Count("num_latents") is > 0)
            config.Require("num_latents", nLatents);
        bool transcodes = config.Flag("transcode", false), skips = config.Flag("skip_connection", false);
        string? hook = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) is { } name
            && name.StartsWith("layers.", StringComparison.Ordinal) ? name : null;
        CoderConfig coder = new()
        {
            Kind = config.Text("activation") switch
            {
                null or "topk" => CoderKind.TopK,
                "groupmax" => CoderKind.GroupMax,
                string other => throw new InputException(
                    $"{path}: the activation {Quote.Of(other)} is not known; read are topk and groupmax"),
            },
            Inputs = [new(transcodes && hook is not null ? $"{hook} (input)" : hook, dIn)],
            Outputs = [new(hook, dOut)],
            NLatents = nLatents,
            K = config.Count("k"),
            SubtractsDecoderBias = !transcodes,
            IsTranscoder = transcodes,
            IsRectified = !config.Flag("signed", false),
        };
        CoderWeights weights = new()
        {
            Encoder = Encoder(file, "encoder.weight", dIn, nLatents, latentsFirst: true),
            EncoderBias = Vector(file, "encoder.bias", nLatents),
            Decoders =
            [
                new()
                {
                    Weight = Decoder(file, "W_dec", nLatents, dOut, latentsFirst: true),
                    Bias = Vector(file, "b_dec", dOut),
                    Skip = skips ? Skip(file, file.Of("W_skip").Name, dIn, dOut, inputsFirst: false) : null,
                },
            ],
        };
        return new CoderSet(new SparseCoder(coder.Checked(path), weights))
        {
            Path = path,
            Layout = Name,
            StoredType = file.Of("W_dec").Type,
            Card = config.Root,
        };
    }
}
