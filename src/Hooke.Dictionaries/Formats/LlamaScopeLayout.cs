using Hooke.Models;
using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// Llama Scope: hyperparams.json, and checkpoints/final.safetensors with encoder.weight [n_latents, d_in], encoder.bias,
/// decoder.weight [d_out, n_latents], decoder.bias. Read only.
/// </summary>
/// <remarks>
/// Inputs are scaled by √d_in over the mean norm that activations had in training, outputs back by that of what is written;
/// both are folded into the weights here. Where sparsity counts the decoder's norm, a latent passes the threshold θ with
/// p · ‖W_dec[i]‖, so that its own threshold is θ / ‖W_dec[i]‖.
/// </remarks>
sealed class LlamaScopeLayout : DictionaryLayout
{
    const string ConfigFile = "hyperparams.json", WeightsFile = "final.safetensors", Folder = "checkpoints";

    public override string Name => "llama-scope";

    public override string LooksFor => $"{ConfigFile} with {Folder}/{WeightsFile}";

    public override bool Fits(string path) => FileAt(path, ConfigFile) is not null && WeightsAt(path) is not null;

    protected override CoderSet Read(string path)
    {
        ConfigJson config = new(FileAt(path, ConfigFile)!);
        using TensorSource file = TensorSource.Open(WeightsAt(path)!);
        (int dIn, int nLatents, int dOut) = (file.Sizes("encoder.weight", 2)[1], file.Sizes("encoder.bias", 1)[0],
            file.Sizes("decoder.bias", 1)[0]);
        config.Require("d_model", dIn);
        config.Require("d_sae", nLatents);
        string? reads = config.Text("hook_point_in"), writes = config.Text("hook_point_out") ?? reads;
        string activation = config.Text("act_fn") ?? "jumprelu";
        if (activation is not ("jumprelu" or "relu") || config.Flag("use_glu_encoder", false))
            throw new InputException($"{path}: the activation {Quote.Of(activation)}, or a gated linear encoder, is not known; "
                + "read are jumprelu and relu");
        (float scaleIn, float scaleOut) = Scales(config, dIn, dOut);
        float[] decoder = Transposed(file.Read("decoder.weight", dOut, nLatents), dOut, nLatents);
        float threshold = activation == "relu" ? 0 : (float)(ConfigJson.Number(config.Root, "jump_relu_threshold")
            ?? throw new InputException($"{path}: {ConfigFile} has no jump_relu_threshold"));
        float[] thresholds = Thresholds(threshold, decoder, nLatents, config.Flag("sparsity_include_decoder_norm", true));
        float[] bias = file.Read("decoder.bias", dOut);
        CoderConfig coder = new()
        {
            Kind = CoderKind.JumpRelu,
            Inputs = [new(reads, dIn)],
            Outputs = [new(writes, dOut)],
            NLatents = nLatents,
            SubtractsDecoderBias = false,
            IsTranscoder = reads != writes,
        };
        if (config.Flag("apply_decoder_bias_to_pre_encoder", false))
            throw new InputException($"{path}: a decoder's bias that is taken from the input is not read in this layout");
        return new CoderSet(new SparseCoder(coder.Checked(path), new CoderWeights
        {
            Encoder = Encoder(Times(file.Read("encoder.weight", nLatents, dIn), scaleIn), dIn, nLatents, latentsFirst: true),
            EncoderBias = Vector(file, "encoder.bias", nLatents),
            Thresholds = Tensor.From(thresholds, nLatents).AsConstant(),
            Decoders =
            [
                new()
                {
                    Weight = Tensor.From(Times(decoder, 1 / scaleOut), nLatents, dOut),
                    Bias = Tensor.From(Times(bias, 1 / scaleOut), dOut).AsConstant(),
                },
            ],
        }))
        {
            Path = path,
            Layout = Name,
            StoredType = file.Of("encoder.weight").Type,
        };
    }

    static (float In, float Out) Scales(ConfigJson config, int dIn, int dOut)
    {
        string scaling = config.Text("norm_activation") ?? "dataset-wise";
        if (scaling is "inference" or "none")
            return (1, 1);
        ConfigJson? norms = config.Within("dataset_average_activation_norm");
        if (scaling != "dataset-wise" || norms is null || ConfigJson.Number(norms.Root, "in") is not (double read and > 0)
            || ConfigJson.Number(norms.Root, "out") is not (double written and > 0))
            throw new InputException($"{ConfigFile}: norm_activation is {Quote.Of(scaling)}; read is dataset-wise, with the mean "
                + "norms in and out that are above 0");
        return ((float)(Math.Sqrt(dIn) / read), (float)(Math.Sqrt(dOut) / written));
    }

    static float[] Thresholds(float threshold, float[] decoder, int nLatents, bool countsNorm)
    {
        float[] thresholds = new float[nLatents];
        int width = decoder.Length / nLatents;
        for (int i = 0; i < nLatents; i++)
        {
            float norm = countsNorm ? MathF.Sqrt(Reduce.SumOfSquares(decoder.AsSpan(i * width, width))) : 1;
            thresholds[i] = norm > 0 ? threshold / norm : float.MaxValue; // a latent that writes nothing never passes
        }
        return thresholds;
    }

    static float[] Times(float[] values, float factor)
    {
        System.Numerics.Tensors.TensorPrimitives.Multiply(values, factor, values);
        return values;
    }

    static string? WeightsAt(string path) => FileAt(Path.Combine(FolderOf(path), Folder), WeightsFile)
        ?? FileAt(FolderOf(path), WeightsFile);
}
