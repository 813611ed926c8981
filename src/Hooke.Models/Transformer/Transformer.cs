using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The forward pass of every family: a config says in what they differ.</summary>
internal sealed class Transformer(TransformerConfig config, TransformerWeights weights)
{
    Turns? _turns;

    /// <summary>Logits of every position [batch, pos, d_vocab], or of each prompt's last [batch, d_vocab].</summary>
    public Tensor Run(TokenBatch tokens, Hooks hooks, bool lastOnly = false) =>
        RunFrom(0, Embed(tokens, hooks), tokens, hooks, lastOnly);

    /// <summary>The rest of a run from the residual stream that enters a layer; takes the stream over.</summary>
    public Tensor RunFrom(int layer, Tensor residual, TokenBatch tokens, Hooks hooks, bool lastOnly)
    {
        for (; layer < config.NLayers; layer++)
            residual = Block(layer, residual, hooks, Rotary(tokens.Positions));
        return Unembed(residual, tokens, hooks, lastOnly);
    }

    // As long as the longest prompt so far: what config.json says of the context is not to be trusted with memory.
    RotaryTable? Rotary(int positions)
    {
        if (config.Positions != PositionKind.Rotary)
            return null;
        if (_turns is not { } turns || turns.Positions < positions)
            _turns = turns = new(new(RotaryTable.Frequencies(config.RotaryBase, config.DHead), positions), positions);
        return turns.Table;
    }

    Tensor Embed(TokenBatch tokens, Hooks hooks)
    {
        Tensor embed = hooks.Visit(Site.Embed, null, Rows(Ops.Gather(weights.Embedding, tokens.Ids), tokens));
        if (weights.Position is not { } table)
            return embed;
        int[] positions = [.. Enumerable.Range(0, tokens.Ids.Length).Select(i => i % tokens.Positions)];
        using Tensor tokenEmbed = embed;
        using Tensor posEmbed = hooks.Visit(Site.PosEmbed, null, Rows(Ops.Gather(table, positions), tokens));
        return Ops.Add(tokenEmbed, posEmbed);
    }

    static Tensor Rows(Tensor gathered, TokenBatch tokens)
    {
        using Tensor rows = gathered;
        return rows.Reshape(tokens.Count, tokens.Positions, rows.Shape[^1]);
    }

    // Takes the residual stream over and gives the next layer's.
    Tensor Block(int layer, Tensor entering, Hooks hooks, RotaryTable? rotary)
    {
        BlockWeights block = weights.Block(layer);
        using Tensor pre = hooks.Visit(Site.ResidPre, layer, entering);
        using Tensor attnOut = hooks.Visit(Site.AttnOut, layer, new Attention(config, block, rotary, layer, hooks).Out(pre));
        using Tensor mid = hooks.Visit(Site.ResidMid, layer, Ops.Add(pre, attnOut));
        using Tensor mlpIn = hooks.Visit(Site.MlpIn, layer, hooks.Alters(Site.MlpIn, layer) ? Branch(mid) : mid.Share());
        using Tensor mlpOut = hooks.Visit(Site.MlpOut, layer, Mlp(layer, block, mlpIn, hooks));
        return hooks.Visit(Site.ResidPost, layer, Ops.Add(mid, mlpOut));
    }

    // A value of its own: its gradient is what flows through the MLP, not what flows past it.
    static Tensor Branch(Tensor x)
    {
        using Tensor copy = Ops.CopyToHeads(x, 1);
        return copy.Reshape(x.Shape.Sizes);
    }

    Tensor Mlp(int layer, BlockWeights block, Tensor residual, Hooks hooks)
    {
        using Tensor normed = Norm(config, block.Ln2, residual, (Site.Ln2Scale, Site.Ln2Normalized), layer, hooks);
        if (block.Gate is not { } gate)
        {
            using Tensor pre = hooks.Visit(Site.MlpPre, layer, block.In.Apply(normed));
            using Tensor post = hooks.Visit(Site.MlpPost, layer, Ops.Activate(pre, config.Activation));
            return block.Out.Apply(post);
        }
        using Tensor gatePre = hooks.Visit(Site.MlpPre, layer, gate.Apply(normed));
        using Tensor linear = hooks.Visit(Site.MlpPreLinear, layer, block.In.Apply(normed));
        using Tensor activated = Ops.Activate(gatePre, config.Activation);
        using Tensor gated = hooks.Visit(Site.MlpPost, layer, Ops.Multiply(activated, linear));
        return block.Out.Apply(gated);
    }

    Tensor Unembed(Tensor residual, TokenBatch tokens, Hooks hooks, bool lastOnly)
    {
        using Tensor all = residual;
        using Tensor read = lastOnly ? Ops.Gather(all, tokens.LastRows) : all.Share();
        using Tensor normed = Norm(
            config, weights.FinalNorm, read, (Site.LnFinalScale, Site.LnFinalNormalized), null, hooks);
        return hooks.Visit(Site.Logits, null, Ops.MatMul(normed, weights.Unembedding, transposed: true));
    }

    /// <summary>A norm with its two sites; the normalised one comes before gain and bias, as TransformerLens has it.</summary>
    internal static Tensor Norm(
        TransformerConfig config, NormWeights norm, Tensor x, (Site Scale, Site Normalized) sites, int? layer, Hooks hooks)
    {
        using Tensor scale = hooks.Visit(sites.Scale, layer, Ops.NormScale(x, config.NormEpsilon, config.IsLayerNorm));
        if (!hooks.Wants(sites.Normalized, layer))
            return Ops.NormApply(x, scale, norm.Gain, norm.Bias, config.IsLayerNorm);
        using Tensor normalized = hooks.Visit(sites.Normalized, layer, Ops.NormApply(x, scale, null, null, config.IsLayerNorm));
        Tensor scaled = Ops.MultiplyRows(normalized, norm.Gain);
        if (norm.Bias is not { } bias)
            return scaled;
        using Tensor withoutBias = scaled;
        return Ops.AddRow(withoutBias, bias);
    }

    sealed record Turns(RotaryTable Table, int Positions);
}
