using System.Text.Json.Nodes;
using Hooke.Models;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// Gemma Scope 2: params.safetensors (and config.json) with w_enc [d_in, n_latents], w_dec [n_latents, d_out], b_enc, b_dec,
/// threshold, and for transcoders perhaps affine_skip_connection [d_in, d_out], used as x · A.
/// </summary>
sealed class GemmaScope2Layout : DictionaryLayout
{
    const string ParametersFile = "params.safetensors", ConfigFile = "config.json";

    public override string Name => "gemma-scope-2";

    public override string LooksFor => ParametersFile;

    public override bool Fits(string path) => FileAt(path, ParametersFile) is not null;

    public override void Write(CoderSet dictionary, string folder)
    {
        SparseCoder coder = Only(dictionary);
        float[] thresholds = Jumping.ThresholdsOf(coder)
            ?? throw Cannot(dictionary, $"a {coder.Config.Role} of kind {coder.Config.Kind} with its scaling");
        (int dIn, int nLatents, int dOut) = (coder.Config.DIn, coder.Config.NLatents, coder.Config.Outputs[0].Width);
        DType type = dictionary.StoredType;
        List<TensorToWrite> tensors =
        [
            ToWrite("w_enc", type, Numbers(coder.Weights.Encoder), dIn, nLatents),
            ToWrite("w_dec", type, Numbers(coder.Weights.Decoders[0].Weight), nLatents, dOut),
            ToWrite("b_enc", type, FoldedBias(coder), nLatents),
            ToWrite("b_dec", type, Numbers(coder.Weights.Decoders[0].Bias!), dOut),
            ToWrite("threshold", type, thresholds, nLatents),
        ];
        if (coder.Weights.Decoders[0].Skip is { } skip)
            tensors.Add(ToWrite("affine_skip_connection", type, Numbers(skip), dIn, dOut));
        SafetensorsWriter.Write(Path.Combine(folder, ParametersFile), tensors);
        JsonObject card = dictionary.Layout == Name && dictionary.Card is { } own ? own : new()
        {
            ["architecture"] = "jump_relu",
            ["width"] = nLatents,
            ["hf_hook_point_in"] = coder.Config.Inputs[0].Name,
            ["hf_hook_point_out"] = coder.Config.Outputs[0].Name,
        };
        AtomicFile.Write(Path.Combine(folder, ConfigFile), stream => stream.Write(PythonJson.Bytes(card, indent: 2)));
    }

    protected override CoderSet Read(string path)
    {
        string configPath = Path.Combine(FolderOf(path), ConfigFile);
        ConfigJson? config = File.Exists(configPath) ? new(configPath) : null;
        string? reads = config?.Text("hf_hook_point_in"), writes = config?.Text("hf_hook_point_out") ?? reads;
        using TensorSource file = TensorSource.Open(FileAt(path, ParametersFile)!);
        SparseCoder coder = Jumping.Read(file, "w_enc", "w_dec", "affine_skip_connection", reads, writes);
        config?.Require("width", coder.Config.NLatents);
        return new CoderSet(coder) { Path = path, Layout = Name, StoredType = file.Of("w_dec").Type, Card = config?.Root };
    }
}
