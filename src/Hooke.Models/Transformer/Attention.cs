using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>One layer's attention.</summary>
internal sealed class Attention(
    TransformerConfig config, BlockWeights block, RotaryTable? rotary, int layer, Hooks hooks)
{
    /// <summary>What attention adds to the residual stream [batch, pos, d_model].</summary>
    public Tensor Out(Tensor residual)
    {
        (Tensor q, Tensor k, Tensor v) = hooks.SplitsInputs(layer) ? ReadPerHead(residual) : ReadTogether(residual);
        using Tensor z = Mix(q, k, v);
        return Write(z);
    }

    // All heads read the same stream: one product for each of queries, keys and values.
    (Tensor Q, Tensor K, Tensor V) ReadTogether(Tensor residual)
    {
        using Tensor normed = Transformer.Norm(
            config, block.Ln1, residual, (Site.Ln1Scale, Site.Ln1Normalized), layer, hooks);
        return (Heads(block.Q, normed, config.NHeads), Heads(block.K, normed, config.NKeyValueHeads),
            Heads(block.V, normed, config.NKeyValueHeads));
    }

    Tensor Heads(LinearWeights linear, Tensor normed, int heads)
    {
        using Tensor together = linear.Apply(normed);
        return together.Reshape(normed.Shape[0], normed.Shape[1], heads, config.DHead);
    }

    // Each head reads a stream of its own, which the plan may change; heads no longer share keys and values.
    (Tensor Q, Tensor K, Tensor V) ReadPerHead(Tensor residual) =>
        (PerHead(Site.QInput, block.Q, residual), PerHead(Site.KInput, block.K, residual),
            PerHead(Site.VInput, block.V, residual));

    Tensor PerHead(Site site, LinearWeights linear, Tensor residual)
    {
        using Tensor input = hooks.Visit(site, layer, Ops.CopyToHeads(residual, config.NHeads));
        using Tensor scale = Ops.NormScale(input, config.NormEpsilon, config.IsLayerNorm);
        using Tensor normed = Ops.NormApply(input, scale, block.Ln1.Gain, block.Ln1.Bias, config.IsLayerNorm);
        return Ops.HeadProjections(normed, linear.Weight, linear.Bias, config.DHead);
    }

    Tensor Mix(Tensor rawQ, Tensor rawK, Tensor rawV)
    {
        using Tensor q = hooks.Visit(Site.Q, layer, rawQ), k = hooks.Visit(Site.K, layer, rawK);
        using Tensor v = hooks.Visit(Site.V, layer, rawV);
        using Tensor turnedQ = Turn(Site.RotQ, q), turnedK = Turn(Site.RotK, k);
        using Tensor scores = hooks.Visit(
            Site.AttnScores, layer, Ops.AttentionScores(turnedQ, turnedK, 1 / MathF.Sqrt(config.DHead)));
        using Tensor pattern = hooks.Visit(Site.Pattern, layer, Ops.Softmax(scores));
        return hooks.Visit(Site.Z, layer, Ops.AttentionMix(pattern, v));
    }

    Tensor Turn(Site site, Tensor x) => rotary is null ? x.Share() : hooks.Visit(site, layer, Ops.Rotate(x, rotary));

    Tensor Write(Tensor z)
    {
        if (!hooks.Wants(Site.Result, layer))
            return Together(z);
        using Tensor result = hooks.Visit(Site.Result, layer, Ops.HeadOutputs(z, block.O.Weight));
        // Looking at the heads' outputs does not change how they are added up.
        if (!hooks.Alters(Site.Result, layer))
            return Together(z);
        Tensor sum = Ops.SumHeads(result);
        if (block.O.Bias is not { } bias)
            return sum;
        using Tensor withoutBias = sum;
        return Ops.AddRow(withoutBias, bias);
    }

    Tensor Together(Tensor z)
    {
        using Tensor flat = z.Reshape(z.Shape[0], z.Shape[1], z.Shape[2] * z.Shape[3]);
        return block.O.Apply(flat);
    }
}
