using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// Crosscoders of two models: a .pt with W_enc [models, d_in, n_latents], W_dec [n_latents, models, d_in], b_enc, b_dec
/// [models, d_in].
/// Inputs and outputs of the models lie side by side.
/// </summary>
/// <remarks>
/// Source: ckkissane/crosscoder-model-diff-replication, crosscoder.py. Hooke's own besides: threshold [n_latents] for a
/// JumpReLU one, and the names of the sites in cfg.json.
/// </remarks>
sealed class CrosscoderLayout : DictionaryLayout
{
    const string WeightsFile = "cc_weights.pt", ConfigFile = "cfg.json";

    public override string Name => "crosscoder";

    public override string LooksFor => "a .pt with W_enc of three axes";

    protected internal override bool LooksInside => true;

    public override bool Fits(string path)
    {
        if (OnlyTorchFile(path) is not { } found)
            return false;
        using TensorSource file = TensorSource.Open(found);
        return file.Has("W_enc") && file.Of("W_enc").Shape.Count == 3;
    }

    public override void Write(CoderSet dictionary, string folder)
    {
        if (dictionary.Coders is not [{ Config: { Kind: CoderKind.Relu or CoderKind.JumpRelu, IsRectified: true } config } coder]
            || config.Inputs.Count < 2 || config.Outputs.Count != config.Inputs.Count || !IsPlain(config)
            || config.SubtractsDecoderBias
                || config.Inputs.Concat(config.Outputs).Any(site => site.Width != config.Inputs[0].Width))
            throw Cannot(dictionary, "anything but a crosscoder of kind Relu or JumpRelu over sites of one width");
        (int sites, int width, int nLatents) = (config.Inputs.Count, config.Inputs[0].Width, config.NLatents);
        float[] decoder = new float[nLatents * sites * width], written = new float[sites * width];
        for (int m = 0; m < sites; m++)
        {
            coder.Weights.Decoders[m].Bias!.Data.CopyTo(written.AsSpan(m * width));
            for (int i = 0; i < nLatents; i++)
                coder.Weights.Decoders[m].Weight.Data.Slice(i * width, width).CopyTo(decoder.AsSpan(((i * sites) + m) * width));
        }
        DType type = dictionary.StoredType;
        using TorchWriter torch = new();
        torch.Add("W_enc", type, [sites, width, nLatents], Numbers(coder.Weights.Encoder));
        torch.Add("W_dec", type, [nLatents, sites, width], decoder);
        torch.Add("b_enc", type, [nLatents], Numbers(coder.Weights.EncoderBias));
        torch.Add("b_dec", type, [sites, width], written);
        if (coder.Weights.Thresholds is { } thresholds)
            torch.Add("threshold", type, [nLatents], Numbers(thresholds));
        AtomicFile.Write(Path.Combine(folder, WeightsFile), stream => torch.Write(stream, "cc_weights"));
        JsonObject card = new()
        {
            ["d_in"] = width,
            ["dict_size"] = nLatents,
            ["n_models"] = sites,
            ["sites"] = new JsonArray([.. config.Inputs.Select(site => JsonValue.Create(site.Name))]),
        };
        AtomicFile.Write(Path.Combine(folder, ConfigFile), stream => stream.Write(PythonJson.Bytes(card)));
    }

    protected override CoderSet Read(string path)
    {
        using TensorSource file = TensorSource.Open(OnlyTorchFile(path) ?? throw new InputException($"{path} has no single "
            + ".pt file"));
        int[] sizes = file.Sizes("W_enc", 3);
        (int models, int width, int nLatents) = (sizes[0], sizes[1], file.Sizes("b_enc", 1)[0]);
        float[] encoder = file.Read("W_enc", models, width, nLatents), decoder = file.Read("W_dec", nLatents, models, width),
            written = file.Read("b_dec", models, width);
        string?[] names = Names(path, models);
        CoderSite[] sites = [.. names.Select((name, m) => new CoderSite(name ?? $"model {m}", width))];
        CoderConfig config = new()
        {
            Kind = file.Has("threshold") ? CoderKind.JumpRelu : CoderKind.Relu,
            Inputs = sites,
            Outputs = sites,
            NLatents = nLatents,
        };
        return new CoderSet(new SparseCoder(config.Checked(file.Path), new CoderWeights
        {
            Encoder = Encoder(encoder, models * width, nLatents, latentsFirst: false),
            EncoderBias = Vector(file, "b_enc", nLatents),
            Thresholds = config.Kind == CoderKind.JumpRelu ? Vector(file, "threshold", nLatents) : null,
            Decoders = [.. Enumerable.Range(0, models).Select(m => new CoderDecoder
            {
                Weight = CrossLayerLayout.Slice(decoder, nLatents, models, width, m),
                Bias = Tensor.From(written.AsSpan(m * width, width), width).AsConstant(),
            })],
        }))
        {
            Path = path,
            Layout = Name,
            StoredType = file.Of("W_enc").Type,
        };
    }
    // What stands in cfg.json, if it is there and says it.
    static string?[] Names(string path, int count)
    {
        string card = Path.Combine(FolderOf(path), ConfigFile);
        string?[] names = new string?[count];
        if (!File.Exists(card) || new ConfigJson(card).Root["sites"] is not { } node)
            return names;
        if (node is not JsonArray sites || sites.Count != count
            || sites.Any(site => site?.GetValueKind() != System.Text.Json.JsonValueKind.String))
            throw new InputException($"{card}: the sites are not {count} names, one for each that the weights have");
        return [.. sites.Select(site => site!.GetValue<string>())];
    }
}
