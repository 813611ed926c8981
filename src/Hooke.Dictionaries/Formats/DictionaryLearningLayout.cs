using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// dictionary_learning: ae.pt and config.json, whose trainer.dict_class says what the tensors are. Linear layers store
/// [n_latents, d_in] and [d_in, n_latents]; JumpReLU and Matryoshka store W_enc [d_in, n_latents] and W_dec [n_latents, d_in].
/// </summary>
/// <remarks>
/// Source: saprmarks/dictionary_learning, dictionary.py and trainers. BatchTopK and Matryoshka encode by their threshold.
/// </remarks>
sealed class DictionaryLearningLayout : DictionaryLayout
{
    const string ConfigFile = "config.json", WeightsFile = "ae.pt", GroupSizes = "group_sizes";

    static readonly DictClass[] Classes =
    [
        new("AutoEncoder", CoderKind.Relu, true, "encoder.weight", "encoder.bias", "decoder.weight", "bias"),
        new("AutoEncoderNew", CoderKind.Relu, true, "encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias",
            Subtracts: false),
        new("GatedAutoEncoder", CoderKind.Gated, true, "encoder.weight", "gate_bias", "decoder.weight", "decoder_bias"),
        new("JumpReluAutoEncoder", CoderKind.JumpRelu, false, "W_enc", "b_enc", "W_dec", "b_dec", Subtracts: false),
        new("AutoEncoderTopK", CoderKind.TopK, true, "encoder.weight", "encoder.bias", "decoder.weight", "b_dec"),
        new("BatchTopKSAE", CoderKind.BatchTopK, true, "encoder.weight", "encoder.bias", "decoder.weight", "b_dec"),
        new("MatryoshkaBatchTopKSAE", CoderKind.BatchTopK, false, "W_enc", "b_enc", "W_dec", "b_dec"),
    ];

    public override string Name => "dictionary_learning";

    public override string LooksFor => $"{WeightsFile} with {ConfigFile}";

    public override bool Fits(string path) => FileAt(path, WeightsFile) is not null
        && File.Exists(Path.Combine(FolderOf(path), ConfigFile));

    public override void Write(CoderSet dictionary, string folder)
    {
        SparseCoder coder = Only(dictionary);
        CoderConfig config = coder.Config;
        string? own = dictionary.Layout == Name ? (string?)dictionary.Card?["trainer"]?["dict_class"] : null;
        DictClass? type = Classes.FirstOrDefault(c => own is null
            ? c.Kind == config.Kind && (c.Subtracts == config.SubtractsDecoderBias || c.Kind == CoderKind.JumpRelu)
            : c.Name == own);
        if (type is null || !IsPlain(config) || config is not { IsRectified: true, FlattensHeads: false, IsTranscoder: false })
            throw Cannot(dictionary, $"a {config.Role} of kind {config.Kind} with its bias or scaling");
        using TorchWriter torch = new();
        AddTensors(torch, coder, type, dictionary.StoredType);
        foreach (StoredExtra extra in dictionary.Extras)
            torch.Add(extra.Name, DType.I64, extra.Shape, extra.Integers!);
        AtomicFile.Write(Path.Combine(folder, WeightsFile), stream => torch.Write(stream, "ae"));
        JsonObject trainer = new()
        {
            ["dict_class"] = type.Name,
            ["activation_dim"] = config.DIn,
            ["dict_size"] = config.NLatents,
        };
        if (config.K is int k)
            trainer["k"] = k;
        if (config.Inputs[0].Name is { } site)
            trainer["submodule_name"] = site;
        JsonNode card = own is null ? new JsonObject { ["trainer"] = trainer } : dictionary.Card!;
        AtomicFile.Write(Path.Combine(folder, ConfigFile), stream =>
            stream.Write(PythonJson.Bytes(card, indent: own is null ? 4 : 0)));
    }

    protected override CoderSet Read(string path)
    {
        string folder = FolderOf(path);
        ConfigJson config = new(Path.Combine(folder, ConfigFile));
        ConfigJson trainer = config.Within("trainer")
            ?? throw new InputException($"{path}: {ConfigFile} has no \"trainer\", which says what kind of dictionary it is");
        string name = trainer.Text("dict_class")
            ?? throw new InputException($"{path}: {ConfigFile} names no \"dict_class\", which says what kind of dictionary "
                + "it is");
        DictClass type = Classes.FirstOrDefault(c => c.Name == name) ?? throw new InputException(
            $"{path}: the dict_class {Quote.Of(name)} is not known; read are {string.Join(", ", Classes.Select(c => c.Name))}");
        using TorchFile file = new(Path.Combine(folder, WeightsFile));
        (int dIn, int nLatents) = (file.Sizes(type.DecoderBias, 1)[0], file.Sizes(type.EncoderBias, 1)[0]);
        trainer.Require("activation_dim", dIn);
        trainer.Require("dict_size", nLatents);
        CoderConfig coder = new()
        {
            Kind = type.Kind,
            Inputs = [new(trainer.Text("submodule_name"), dIn)],
            Outputs = [new(trainer.Text("submodule_name"), dIn)],
            NLatents = nLatents,
            K = file.Has("k") ? file.Integer("k") : trainer.Count("k"),
            SubtractsDecoderBias = type.Subtracts,
        };
        bool isGated = type.Kind == CoderKind.Gated;
        CoderWeights weights = new()
        {
            Encoder = Encoder(file, type.Encoder, dIn, nLatents, latentsFirst: type.IsLinear),
            EncoderBias = Vector(file, type.EncoderBias, nLatents),
            MagnitudeScale = isGated ? Vector(file, "r_mag", nLatents) : null,
            MagnitudeBias = isGated ? Vector(file, "mag_bias", nLatents) : null,
            Thresholds = ThresholdsOf(file, type, nLatents),
            Decoders = [new()
            {
                Weight = Decoder(file, type.Decoder, nLatents, dIn, latentsFirst: !type.IsLinear),
                Bias = Vector(file, type.DecoderBias, dIn),
            }],
        };
        return new CoderSet(new SparseCoder(coder.Checked(path), weights))
        {
            Path = path,
            Layout = Name,
            StoredType = file.Of(type.Encoder).Type,
            Card = config.Root,
            Extras = file.Has(GroupSizes)
                ? [new StoredExtra(GroupSizes, DType.I64, file.Of(GroupSizes).Shape, null, file.Integers(GroupSizes))]
                : [],
        };
    }

    static Tensor? ThresholdsOf(TensorSource file, DictClass type, int nLatents)
    {
        if (type.Kind == CoderKind.JumpRelu)
            return Vector(file, "threshold", nLatents);
        if (type.Kind != CoderKind.BatchTopK)
            return null;
        float[] threshold = file.Read("threshold");
        return threshold is [>= 0] ? Constant(threshold[0], nLatents)
            : throw new InputException($"{file.Path}: the threshold is {threshold.FirstOrDefault()}, which says that "
            + "training had not set it yet; "
                + "without it the dictionary encodes nothing as it was trained to");
    }

    static void AddTensors(TorchWriter torch, SparseCoder coder, DictClass type, DType stored)
    {
        (int dIn, int nLatents) = (coder.Config.DIn, coder.Config.NLatents);
        CoderWeights weights = coder.Weights;
        bool isFolded = coder.Config.SubtractsDecoderBias && !type.Subtracts;
        torch.Add(type.DecoderBias, stored, [dIn], Numbers(weights.Decoders[0].Bias!));
        if (type.Kind is CoderKind.TopK or CoderKind.BatchTopK)
            torch.Add("k", DType.I32, [], [coder.Config.K ?? 0L]);
        if (type.Kind is CoderKind.TopK)
            torch.Add("threshold", DType.F32, [], [-1f]);
        if (weights.Thresholds is { } thresholds)
            torch.Add("threshold", DType.F32, type.Kind == CoderKind.JumpRelu ? [nLatents] : [],
                type.Kind == CoderKind.JumpRelu ? Numbers(thresholds) : [thresholds.Data[0]]);
        torch.Add(type.Decoder, stored, type.IsLinear ? [dIn, nLatents] : [nLatents, dIn],
            Numbers(weights.Decoders[0].Weight, transposed: type.IsLinear));
        torch.Add(type.Encoder, stored, type.IsLinear ? [nLatents, dIn] : [dIn, nLatents],
            Numbers(weights.Encoder, transposed: type.IsLinear));
        torch.Add(type.EncoderBias, stored, [nLatents], isFolded ? FoldedBias(coder) : Numbers(weights.EncoderBias));
        if (weights.MagnitudeScale is not null)
        {
            torch.Add("r_mag", stored, [nLatents], Numbers(weights.MagnitudeScale));
            torch.Add("mag_bias", stored, [nLatents], Numbers(weights.MagnitudeBias!));
        }
    }

    /// <summary>A class of upstream and the names of its tensors; linear layers are stored [out, in].</summary>
    sealed record DictClass(
        string Name, CoderKind Kind, bool IsLinear, string Encoder, string EncoderBias, string Decoder, string DecoderBias,
            bool Subtracts = true);
}
