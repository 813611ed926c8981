using Hooke.Models;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// Gemma Scope: params.npz with W_enc [d_in, n_latents], W_dec [n_latents, d_out], b_enc, b_dec, threshold; JumpReLU, the
/// decoder's bias is not taken from the input.
/// </summary>
sealed class GemmaScopeLayout : DictionaryLayout
{
    const string ParametersFile = "params.npz";

    public override string Name => "gemma-scope";

    public override string LooksFor => ParametersFile;

    public override bool Fits(string path) => FileAt(path, ParametersFile) is not null || OnlyFile(path, ".npz") is not null;

    public override void Write(CoderSet dictionary, string folder)
    {
        SparseCoder coder = Only(dictionary);
        float[] thresholds = Jumping.ThresholdsOf(coder) is { } found && coder.Weights.Decoders[0].Skip is null
            ? found
            : throw Cannot(dictionary, $"a {coder.Config.Role} of kind {coder.Config.Kind} with its scaling or skip");
        (int dIn, int nLatents, int dOut) = (coder.Config.DIn, coder.Config.NLatents, coder.Config.Outputs[0].Width);
        AtomicFile.Write(Path.Combine(folder, ParametersFile), stream => NpzWriter.Write(stream,
        [
            ("W_dec", [nLatents, dOut], Numbers(coder.Weights.Decoders[0].Weight)),
            ("W_enc", [dIn, nLatents], Numbers(coder.Weights.Encoder)),
            ("b_dec", [dOut], Numbers(coder.Weights.Decoders[0].Bias!)),
            ("b_enc", [nLatents], FoldedBias(coder)),
            ("threshold", [nLatents], thresholds),
        ]));
    }

    protected override CoderSet Read(string path)
    {
        using TensorSource file = TensorSource.Open(FileAt(path, ParametersFile) ?? OnlyFile(path, ".npz")!);
        return new CoderSet(Jumping.Read(file, "W_enc", "W_dec", null, null, null)) { Path = path, Layout = Name };
    }
}

/// <summary>Gemma Scope's JumpReLU coders, of both releases.</summary>
static class Jumping
{
    /// <summary>A coder with W_enc [d_in, n_latents], W_dec [n_latents, d_out] and perhaps a skip used as x · A.</summary>
    public static SparseCoder Read(TensorSource file, string encoder, string decoder, string? skip, string? reads, string? writes)
    {
        (int dIn, int nLatents, int dOut) = (file.Sizes(encoder, 2)[0], file.Sizes("b_enc", 1)[0], file.Sizes("b_dec", 1)[0]);
        Tensor? skipped = skip is null ? null : Skip(file, skip, dIn, dOut, inputsFirst: true);
        CoderConfig config = new()
        {
            Kind = CoderKind.JumpRelu,
            Inputs = [new(reads, dIn)],
            Outputs = [new(writes, dOut)],
            NLatents = nLatents,
            IsTranscoder = skipped is not null || dIn != dOut || reads != writes,
        };
        return new SparseCoder(config.Checked(file.Path), new CoderWeights
        {
            Encoder = Encoder(file, encoder, dIn, nLatents, latentsFirst: false),
            EncoderBias = Vector(file, "b_enc", nLatents),
            Thresholds = Vector(file, "threshold", nLatents),
            Decoders =
            [
                new()
                {
                    Weight = Decoder(file, decoder, nLatents, dOut, latentsFirst: true),
                    Bias = Vector(file, "b_dec", dOut),
                    Skip = skipped,
                },
            ],
        });
    }

    /// <summary>The thresholds that make the coder one of these, or null where none do.</summary>
    public static float[]? ThresholdsOf(SparseCoder coder) =>
        IsPlain(coder.Config) && coder.Config is { FlattensHeads: false, IsRectified: true } ? JumpThresholds(coder) : null;
}
