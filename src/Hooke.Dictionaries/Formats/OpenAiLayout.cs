using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// OpenAI's sparse_autoencoder: a .pt state dict with pre_bias, latent_bias, encoder.weight [n_latents, d_in], decoder.weight
/// [d_out, n_latents] (or tied), activation and activation_state_dict. TopK implies layer norm of the input.
/// </summary>
sealed class OpenAiLayout : DictionaryLayout
{
    const string WeightsFile = "autoencoder.pt";
    static readonly string[] Statistics = ["stats_last_nonzero", "latents_activation_frequency", "latents_mean_square"];

    public override string Name => "openai";

    public override string LooksFor => "a .pt with pre_bias and latent_bias";

    protected internal override bool LooksInside => true;

    public override bool Fits(string path)
    {
        if (FileOf(path) is not { } found)
            return false;
        using TensorSource file = TensorSource.Open(found);
        return file.Has("pre_bias") && file.Has("latent_bias");
    }

    public override void Write(CoderSet dictionary, string folder)
    {
        SparseCoder coder = Only(dictionary);
        CoderConfig config = coder.Config;
        bool isTopK = config.Kind == CoderKind.TopK;
        if (!isTopK && config.Kind != CoderKind.Relu || config is not { SubtractsDecoderBias: true, ScalesByDecoderNorm: false }
            || (!isTopK && !config.IsRectified) || config.FlattensHeads
            || config.Scaling != (isTopK ? InputScaling.LayerNorm : InputScaling.None)
            || coder.Weights.Decoders[0].Skip is not null)
            throw Cannot(dictionary, $"a {config.Role} of kind {config.Kind} with its bias or scaling");
        (int dIn, int nLatents) = (config.DIn, config.NLatents);
        DType type = dictionary.StoredType;
        using TorchWriter torch = new();
        torch.Add("pre_bias", type, [dIn], Numbers(coder.Weights.Decoders[0].Bias!));
        torch.Add("latent_bias", type, [nLatents], Numbers(coder.Weights.EncoderBias));
        foreach (string name in Statistics)
            AddStatistic(torch, name, nLatents, dictionary.Extras.FirstOrDefault(extra => extra.Name == name));
        torch.Add("encoder.weight", type, [nLatents, dIn], Numbers(coder.Weights.Encoder, transposed: true));
        torch.Add("decoder.weight", type, [dIn, nLatents], Numbers(coder.Weights.Decoders[0].Weight, transposed: true));
        if (isTopK)
            torch.Add("activation.k", (long)config.K!.Value);
        torch.Add("activation", isTopK ? "TopK" : "ReLU");
        torch.Add("activation_state_dict",
            isTopK ? [("k", (long)config.K!.Value), ("postact_fn", config.IsRectified ? "ReLU" : "Identity")] : []);
        AtomicFile.Write(Path.Combine(folder, WeightsFile), stream => torch.Write(stream, "autoencoder"));
    }

    protected override CoderSet Read(string path)
    {
        using TorchFile file = new(FileOf(path) ?? throw new InputException($"{path} has no single .pt file"));
        (int dIn, int nLatents) = (file.Sizes("pre_bias", 1)[0], file.Sizes("latent_bias", 1)[0]);
        string activation = file.Value("activation") as string ?? "ReLU";
        string? after = file.Value("activation_state_dict.postact_fn") as string;
        CoderConfig config = new()
        {
            Kind = activation switch
            {
                "ReLU" or "Identity" => CoderKind.Relu,
                "TopK" => CoderKind.TopK,
                _ => throw new InputException($"{file.Path}: the activation {Quote.Of(activation)} is not known; read are "
                    + "ReLU, TopK, Identity"),
            },
            Inputs = [new(null, dIn)],
            Outputs = [new(null, dIn)],
            NLatents = nLatents,
            K = file.Value("activation_state_dict.k") is long k and <= int.MaxValue and >= 0 ? (int)k : null,
            SubtractsDecoderBias = true,
            Scaling = activation == "TopK" ? InputScaling.LayerNorm : InputScaling.None,
            IsRectified = activation == "ReLU" || (activation == "TopK" && after is null or "ReLU"),
        };
        CoderWeights weights = new()
        {
            Encoder = Encoder(file, "encoder.weight", dIn, nLatents, latentsFirst: true),
            EncoderBias = Vector(file, "latent_bias", nLatents),
            Decoders = [new() { Weight = DecoderOf(file, dIn, nLatents), Bias = Vector(file, "pre_bias", dIn) }],
        };
        return new CoderSet(new SparseCoder(config.Checked(file.Path), weights))
        {
            Path = path,
            Layout = Name,
            StoredType = file.Of("encoder.weight").Type,
            Extras = [.. Statistics.Where(file.Has).Select(name => Statistic(file, name))],
        };
    }

    // A tied decoder is the encoder's transpose, stored under the encoder's name or again.
    static Tensor DecoderOf(TorchFile file, int dIn, int nLatents) => file.Has("decoder.weight")
        ? Decoder(file, "decoder.weight", nLatents, dIn, latentsFirst: false)
        : Decoder(file, file.Has("decoder.linear.weight") ? "decoder.linear.weight" : "encoder.weight", nLatents, dIn,
        latentsFirst: true);

    static string? FileOf(string path) => FileAt(path, WeightsFile) ?? OnlyTorchFile(path);

    static StoredExtra Statistic(TorchFile file, string name)
    {
        StoredArray array = file.Of(name);
        return StoredFloats.IsFloat(array.Type)
            ? new(name, array.Type, array.Shape, file.Read(name), null)
            : new(name, array.Type, array.Shape, null, file.Integers(name));
    }

    static void AddStatistic(TorchWriter torch, string name, int nLatents, StoredExtra? kept)
    {
        if (kept?.Integers is { } integers)
            torch.Add(name, DType.I64, kept.Shape, integers);
        else if (kept?.Floats is { } floats)
            torch.Add(name, kept.Type, kept.Shape, floats);
        else if (name == Statistics[0])
            torch.Add(name, DType.I64, [nLatents], new long[nLatents]);
        else
            torch.Add(name, DType.F32, [nLatents], new float[nLatents]);
    }
}
