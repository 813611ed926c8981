using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A bias as what it adds to the stream or to what latents write at every position.</summary>
/// <param name="Name">Which bias.</param>
/// <param name="Vector">[d_model]</param>
/// <param name="Scales">What the vector is divided by at each position, or null for 1.</param>
sealed record BiasPart(string Name, float[] Vector, float[]? Scales = null)
{
    /// <summary>b_V and b_O.</summary>
    public const string Attention = "attention";

    /// <summary>The bias of the norm before attention, and of one after it.</summary>
    public const string AttentionNorm = "norm at attention";

    /// <summary>The bias of the norm before the MLP, and of one after it.</summary>
    public const string MlpNorm = "norm at MLP";

    /// <summary>b_dec of what is written to a layer.</summary>
    public const string Decoder = "b_dec";

    /// <summary>b_enc of a latent.</summary>
    public const string Encoder = "b_enc";

    /// <summary>The learned position embedding.</summary>
    public const string Position = "position embedding";

    /// <summary>The bias of the final norm.</summary>
    public const string FinalNorm = "final norm";

    /// <summary>b_U.</summary>
    public const string Unembedding = "b_U";

    /// <summary>What a layer's attention adds whatever it attends to: patterns sum to 1.</summary>
    public static IEnumerable<BiasPart> OfAttention(Model model, Recording run, int layer)
    {
        string block = $"blocks.{layer}.";
        FrozenNorm? before = FrozenNorm.Of(model, $"{block}ln1"), after = FrozenNorm.AfterAttention(model, layer);
        float[]? scales = after is null ? null : run[Site.Ln1PostScale.At(layer)].Data.ToArray();
        float[]? own = ThroughOutput(model, layer, FrozenNorm.Weight(model, $"{block}attn.b_V")?.Data.ToArray());
        if (FrozenNorm.Weight(model, $"{block}attn.b_O") is { } outputBias)
            own = Sum(own, outputBias.Data.ToArray());
        if (own is not null)
            yield return new(Attention, Through(own, after), scales);
        if (before?.Bias is { } normBias)
        {
            using Tensor row = normBias.Reshape(1, normBias.Shape.Count);
            using Tensor value = Ops.MatMul(row, model.Weights[$"{block}attn.W_V"]);
            yield return new(AttentionNorm, Through(ThroughOutput(model, layer, value.Data.ToArray())!, after), scales);
        }
        if (after?.Bias is { } afterBias)
            yield return new(AttentionNorm, afterBias.Data.ToArray());
    }

    // A value that every head of a group has at every position, through W_O.
    static float[]? ThroughOutput(Model model, int layer, float[]? value)
    {
        if (value is null)
            return null;
        (int heads, int width, int group) = (model.Config.NHeads, model.Config.DHead,
            model.Config.NHeads / model.Config.NKeyValueHeads);
        using Tensor row = Tensor.Zeros(1, heads * width);
        for (int head = 0; head < heads; head++)
            value.AsSpan(head / group * width, width).CopyTo(row.Data[(head * width)..]);
        using Tensor added = Ops.MatMul(row, model.Weights[$"blocks.{layer}.attn.W_O"]);
        return added.Data.ToArray();
    }

    static float[] Through(float[] vector, FrozenNorm? norm)
    {
        using Tensor row = Tensor.From(vector, 1, vector.Length), through = FrozenLayer.OutputThrough(row, norm);
        return through.Data.ToArray();
    }

    /// <summary>The sum of two vectors, the first of which may be absent.</summary>
    public static float[] Sum(float[]? a, float[] b) => a is null ? b : [.. a.Zip(b, (x, y) => x + y)];
}
