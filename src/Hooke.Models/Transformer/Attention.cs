using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>One layer's attention.</summary>
internal sealed class Attention(
    TransformerConfig config, BlockWeights block, RotaryTable? rotary, int layer, Pass pass, Hooks hooks)
{
    /// <summary>What attention adds to the residual stream [batch, pos, d_model].</summary>
    /// <param name="residual">[batch, pos, d_model]</param>
    /// <param name="positions">Position embeddings that only queries and keys read, [batch, pos, d_model]; or null.</param>
    /// <param name="rows">The rows whose queries are asked, those of each sequence's last token; null for all.</param>
    public Tensor Out(Tensor residual, Tensor? positions, int[]? rows)
    {
        (Tensor q, Tensor k, Tensor v) = hooks.SplitsInputs(layer)
            ? ReadPerHead(residual, positions)
            : ReadTogether(residual, positions, rows);
        using Tensor z = Mix(q, k, v, rows is null ? pass.Stretch : Stretch.Last(pass.Tokens));
        return Write(z);
    }

    // All heads read the same stream: one product for each of queries, keys and values.
    (Tensor Q, Tensor K, Tensor V) ReadTogether(Tensor residual, Tensor? positions, int[]? rows)
    {
        using Tensor normed = Ln1.Apply(residual, layer, hooks);
        using Tensor placed = positions is null ? normed.Share() : Ops.Add(normed, positions);
        using Tensor asking = Transformer.Pick(placed, rows);
        return (Heads(block.Q, asking, config.NHeads), Heads(block.K, placed, config.NKeyValueHeads),
            Heads(block.V, normed, config.NKeyValueHeads));
    }

    Norm Ln1 => new(block.Ln1, config.NormEpsilon, config.IsLayerNorm, Site.Ln1Scale, Site.Ln1Normalized);

    Tensor Heads(LinearWeights linear, Tensor normed, int heads)
    {
        using Tensor together = linear.Apply(normed);
        return together.Reshape(normed.Shape[0], normed.Shape[1], heads, config.DHead);
    }

    // Each head reads a stream of its own, which the plan may change; heads no longer share keys and values.
    (Tensor Q, Tensor K, Tensor V) ReadPerHead(Tensor residual, Tensor? positions) =>
        (PerHead(Site.QInput, block.Q, residual, positions), PerHead(Site.KInput, block.K, residual, positions),
            PerHead(Site.VInput, block.V, residual, null));

    Tensor PerHead(Site site, LinearWeights linear, Tensor residual, Tensor? positions)
    {
        using Tensor input = hooks.Visit(site, layer, Ops.CopyToHeads(residual, config.NHeads));
        using Tensor normed = Ln1.ApplyUnseen(input);
        if (positions is null)
            return Ops.HeadProjections(normed, linear.Weight, linear.Bias, config.DHead);
        using Tensor perHead = Ops.CopyToHeads(positions, config.NHeads), placed = Ops.Add(normed, perHead);
        return Ops.HeadProjections(placed, linear.Weight, linear.Bias, config.DHead);
    }

    // Queries stand where the stretch says, keys and values of the pass at its own.
    Tensor Mix(Tensor rawQ, Tensor rawK, Tensor rawV, Stretch asking)
    {
        using Tensor q = hooks.Visit(Site.Q, layer, rawQ), k = hooks.Visit(Site.K, layer, rawK);
        using Tensor v = hooks.Visit(Site.V, layer, rawV);
        using Tensor normedQ = HeadNorm(block.QNorm, Site.QNormScale, Site.QNormNormalized).Apply(q, layer, hooks);
        using Tensor normedK = HeadNorm(block.KNorm, Site.KNormScale, Site.KNormNormalized).Apply(k, layer, hooks);
        using Tensor turnedQ = Turn(Site.RotQ, normedQ, asking), turnedK = Turn(Site.RotK, normedK, pass.Stretch);
        (Tensor allK, Tensor allV) = pass.Past?.Join(layer, turnedK, v, pass.Stretch) ?? (turnedK.Share(), v.Share());
        using Tensor keys = allK, values = allV;
        AttentionMask mask = new(config.Window(layer), asking.Firsts(q.Shape[0]), pass.Stretch.End);
        using Tensor scores = hooks.Visit(Site.AttnScores, layer, Scores(turnedQ, keys, mask));
        using Tensor pattern = hooks.Visit(Site.Pattern, layer, Ops.Softmax(scores));
        return hooks.Visit(Site.Z, layer, Ops.AttentionMix(pattern, values));
    }

    Norm HeadNorm(NormWeights? norm, Site scale, Site normalized) => new(norm, config.NormEpsilon, false, scale, normalized);

    Tensor Scores(Tensor q, Tensor keys, AttentionMask mask)
    {
        Tensor scores = Ops.AttentionScores(q, keys, config.AttnScale ?? 1 / MathF.Sqrt(config.DHead), mask);
        if (config.AttnSoftCap is not { } cap)
            return scores;
        using Tensor uncapped = scores;
        return Ops.SoftCap(uncapped, cap);
    }

    Tensor Turn(Site site, Tensor x, Stretch stretch) => rotary is null
        ? x.Share()
        : hooks.Visit(site, layer, Ops.Rotate(x, rotary, stretch.Firsts(x.Shape[0])));

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
