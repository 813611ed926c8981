using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// A bare state dict, as many papers publish: W_enc, b_enc, W_dec and b_dec of a ReLU autoencoder that takes b_dec from
/// its input, either way
/// up. A square W_enc does not say which way, and is refused. Read only.
/// </summary>
sealed class PlainTorchLayout : DictionaryLayout
{
    static readonly string[] Weights = ["W_enc", "b_enc", "W_dec", "b_dec"];

    public override string Name => "plain-pt";

    public override string LooksFor => "a .pt with W_enc, b_enc, W_dec and b_dec alone";

    protected internal override bool LooksInside => true;

    public override bool Fits(string path)
    {
        if (OnlyTorchFile(path) is not { } found || Path.GetFileName(found) == "ae.pt")
            return false;
        using TensorSource file = TensorSource.Open(found);
        return file.Arrays.Count == Weights.Length && Weights.All(file.Has) && file.Of("W_enc").Shape.Count == 2;
    }

    protected override CoderSet Read(string path)
    {
        using TensorSource file = TensorSource.Open(OnlyTorchFile(path) ?? throw new InputException($"{path} has no single "
            + ".pt file"));
        (int dIn, int nLatents) = (file.Sizes("b_dec", 1)[0], file.Sizes("b_enc", 1)[0]);
        if (dIn == nLatents)
            throw new InputException($"{file.Path}: with {dIn} inputs and as many latents nothing says which way up W_enc is; "
                + "convert it to a layout that does, such as SAELens'");
        bool encodesLatentsFirst = file.Sizes("W_enc", 2)[0] == nLatents,
            decodesLatentsFirst = file.Sizes("W_dec", 2)[0] == nLatents;
        CoderConfig config = new()
        {
            Kind = CoderKind.Relu,
            Inputs = [new(null, dIn)],
            Outputs = [new(null, dIn)],
            NLatents = nLatents,
            SubtractsDecoderBias = true,
        };
        return new CoderSet(new SparseCoder(config.Checked(file.Path), new CoderWeights
        {
            Encoder = Encoder(file, "W_enc", dIn, nLatents, encodesLatentsFirst),
            EncoderBias = Vector(file, "b_enc", nLatents),
            Decoders = [new() { Weight = Decoder(file, "W_dec", nLatents, dIn, decodesLatentsFirst),
                Bias = Vector(file, "b_dec", dIn) }],
        }))
        {
            Path = path,
            Layout = Name,
            StoredType = file.Of("W_enc").Type,
        };
    }
}
