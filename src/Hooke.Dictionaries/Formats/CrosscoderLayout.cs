using Hooke.Tensors;
using static Hooke.Dictionaries.StoredWeights;

namespace Hooke.Dictionaries;

/// <summary>
/// Crosscoders of two models: a .pt with W_enc [models, d_in, n_latents], W_dec [n_latents, models, d_in], b_enc, b_dec
/// [models, d_in].
/// Inputs and outputs of the models lie side by side. Read only.
/// </summary>
/// <remarks>Source: ckkissane/crosscoder-model-diff-replication, crosscoder.py.</remarks>
sealed class CrosscoderLayout : DictionaryLayout
{
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

    protected override CoderSet Read(string path)
    {
        using TensorSource file = TensorSource.Open(OnlyTorchFile(path) ?? throw new InputException($"{path} has no single "
            + ".pt file"));
        int[] sizes = file.Sizes("W_enc", 3);
        (int models, int width, int nLatents) = (sizes[0], sizes[1], file.Sizes("b_enc", 1)[0]);
        float[] encoder = file.Read("W_enc", models, width, nLatents), decoder = file.Read("W_dec", nLatents, models, width),
            written = file.Read("b_dec", models, width);
        CoderSite[] sites = [.. Enumerable.Range(0, models).Select(m => new CoderSite($"model {m}", width))];
        CoderConfig config = new() { Kind = CoderKind.Relu, Inputs = sites, Outputs = sites, NLatents = nLatents };
        return new CoderSet(new SparseCoder(config.Checked(file.Path), new CoderWeights
        {
            Encoder = Encoder(encoder, models * width, nLatents, latentsFirst: false),
            EncoderBias = Vector(file, "b_enc", nLatents),
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
}
