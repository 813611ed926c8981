using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The forward pass of every family: a config says in what they differ.</summary>
internal sealed class Transformer(TransformerConfig config, TransformerWeights weights)
{
    Turns? _turns;

    /// <summary>Logits of the pass's positions [batch, pos, d_vocab], or of each sequence's last [batch, d_vocab].</summary>
    public Tensor Run(Pass pass, Hooks hooks) => RunFrom(0, Embed(pass, hooks), pass, hooks);

    /// <summary>The rest of a run from the residual stream that enters a layer; takes the stream over.</summary>
    public Tensor RunFrom(int layer, Tensor residual, Pass pass, Hooks hooks)
    {
        for (; layer < config.NLayers; layer++)
            residual = Block(layer, residual, pass, hooks);
        return Unembed(residual, pass, hooks);
    }

    /// <summary>The residual stream entering the first block, [batch, pos, d_model].</summary>
    public Tensor Embed(Pass pass, Hooks hooks)
    {
        (int count, int sequences) = (pass.Stretch.Count, pass.Tokens.Count);
        int[] ids = new int[sequences * count], positions = new int[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            (int sequence, int row) = Math.DivRem(i, count);
            positions[i] = pass.Stretch.First(sequence) + row;
            ids[i] = pass.Tokens.Ids[(sequence * pass.Tokens.Positions) + positions[i]];
        }
        Tensor embed = hooks.Visit(Site.Embed, null, Rows(Ops.Gather(weights.Embedding, ids), sequences));
        if (weights.Position is not { } table)
            return embed;
        using Tensor tokenEmbed = embed;
        using Tensor posEmbed = hooks.Visit(Site.PosEmbed, null, Rows(Ops.Gather(table, positions), sequences));
        return Ops.Add(tokenEmbed, posEmbed);
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

    static Tensor Rows(Tensor gathered, int sequences)
    {
        using Tensor rows = gathered;
        return rows.Reshape(sequences, rows.Shape[0] / sequences, rows.Shape[1]);
    }

    /// <summary>
    /// The residual stream leaving a block, from the one entering it, which is taken over. Where only the last tokens'
    /// logits are wanted the last block gives their rows alone, unless the plan records more.
    /// </summary>
    public Tensor Block(int layer, Tensor entering, Pass pass, Hooks hooks)
    {
        BlockWeights block = weights.Block(layer);
        using Tensor pre = hooks.Visit(Site.ResidPre, layer, entering);
        bool lastOnly = pass.LastOnly && layer == config.NLayers - 1 && !hooks.NeedsAllRows(layer);
        int[]? rows = lastOnly ? pass.Stretch.LastRows(pass.Tokens) : null;
        Attention attention = new(config, block, Rotary(pass.Stretch.End), layer, pass, hooks);
        using Tensor attnOut = hooks.Visit(Site.AttnOut, layer, attention.Out(pre, rows));
        using Tensor stream = Pick(pre, rows);
        using Tensor mid = hooks.Visit(Site.ResidMid, layer, Ops.Add(stream, attnOut));
        using Tensor mlpIn = hooks.Visit(Site.MlpIn, layer, hooks.Alters(Site.MlpIn, layer) ? Branch(mid) : mid.Share());
        using Tensor mlpOut = hooks.Visit(Site.MlpOut, layer, Mlp(layer, block, mlpIn, hooks));
        return hooks.Visit(Site.ResidPost, layer, Ops.Add(mid, mlpOut));
    }

    /// <summary>The rows of each sequence that are named, one each, as [batch, 1, …]; all where none are named.</summary>
    internal static Tensor Pick(Tensor x, int[]? rows) => rows is null ? x.Share() : Rows(Ops.Gather(x, rows), x.Shape[0]);

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

    /// <summary>Logits from the residual stream that leaves the last block, which is taken over.</summary>
    public Tensor Unembed(Tensor residual, Pass pass, Hooks hooks)
    {
        using Tensor all = residual;
        using Tensor read = pass.LastOnly ? Last(all, pass) : all.Share();
        using Tensor normed = Norm(
            config, weights.FinalNorm, read, (Site.LnFinalScale, Site.LnFinalNormalized), null, hooks);
        return hooks.Visit(Site.Logits, null, Ops.MatMul(normed, weights.Unembedding, transposed: true));
    }

    // [batch, d_model]: each sequence's last row; the last block may have left nothing else.
    static Tensor Last(Tensor all, Pass pass) => all.Shape[1] == 1
        ? all.Reshape(all.Shape[0], all.Shape[2])
        : Ops.Gather(all, pass.Stretch.LastRows(pass.Tokens));

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
