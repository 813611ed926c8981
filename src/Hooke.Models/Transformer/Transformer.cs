using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The forward pass of every family: a config says in what they differ.</summary>
internal sealed class Transformer(TransformerConfig config, TransformerWeights weights)
{
    readonly RotaryTables _rotary = new(config);

    /// <summary>Logits of the pass's positions [batch, pos, d_vocab], or of each sequence's last [batch, d_vocab].</summary>
    public Tensor Run(Pass pass, Hooks hooks)
    {
        Tensor embed = hooks.Visit(Site.Embed, null, TokenEmbed(pass));
        if (!config.HasPositionTable)
            return RunFrom(0, embed, pass, hooks);
        using Tensor positions = hooks.Visit(Site.PosEmbed, null, PositionEmbed(pass, pass.Tokens.Count));
        if (config.Positions == PositionKind.LearnedInAttention)
            return RunFrom(0, embed, pass, hooks, positions);
        using Tensor tokens = embed;
        return RunFrom(0, Ops.Add(tokens, positions), pass, hooks);
    }

    /// <summary>The rest of a run from the residual stream that enters a layer; takes the stream over.</summary>
    public Tensor RunFrom(int layer, Tensor residual, Pass pass, Hooks hooks, Tensor? positions = null)
    {
        for (; layer < config.NLayers; layer++)
            residual = Block(layer, residual, pass, hooks, positions);
        return Unembed(residual, pass, hooks);
    }

    /// <summary>
    /// The residual stream leaving a block, from the one entering it, which is taken over. Where only the last tokens'
    /// logits are wanted the last block gives their rows alone, unless the plan records more.
    /// </summary>
    public Tensor Block(int layer, Tensor entering, Pass pass, Hooks hooks, Tensor? positions = null)
    {
        BlockWeights block = weights.Block(layer);
        using Tensor pre = hooks.Visit(Site.ResidPre, layer, entering);
        bool lastOnly = pass.LastOnly && layer == config.NLayers - 1 && !hooks.NeedsAllRows(layer);
        int[]? rows = lastOnly ? pass.Stretch.LastRows(pass.Tokens) : null;
        Attention attention = new(config, block, _rotary.Of(layer, pass.Stretch.End), layer, pass, hooks);
        using Tensor? inAttention = config.Positions == PositionKind.LearnedInAttention
            ? positions?.Share() ?? PositionEmbed(pass, pre.Shape[0])
            : null;
        using Tensor attnOut = hooks.Visit(Site.AttnOut, layer, Passed(attention.Out(pre, inAttention, rows), layer, hooks,
            block.Ln1Post, (Site.AttnModuleOut, Site.Ln1PostScale, Site.Ln1PostNormalized)));
        using Tensor stream = Pick(pre, rows);
        Tensor after = Ops.Add(stream, attnOut);
        if (!config.HasMlp)
            return hooks.Visit(Site.ResidPost, layer, after);
        using Tensor mid = config.IsParallel ? after : hooks.Visit(Site.ResidMid, layer, after);
        Tensor read = config.IsParallel ? stream : mid;
        using Tensor mlpIn = hooks.Visit(Site.MlpIn, layer, hooks.Alters(Site.MlpIn, layer) ? Branch(read) : read.Share());
        Mlp mlp = new(config, block, layer, hooks);
        using Tensor mlpOut = hooks.Visit(Site.MlpOut, layer, Passed(mlp.Out(mlpIn), layer, hooks,
            block.Ln2Post, (Site.MlpModuleOut, Site.Ln2PostScale, Site.Ln2PostNormalized)));
        return hooks.Visit(Site.ResidPost, layer, Ops.Add(mid, mlpOut));
    }

    /// <summary>Logits from the residual stream that leaves the last block, which is taken over.</summary>
    /// <param name="residual">[batch, pos, d_model]</param>
    /// <param name="pass">The pass.</param>
    /// <param name="hooks">What is done at the sites.</param>
    /// <param name="only">The tokens whose logits are wanted, in their order; null for all.</param>
    public Tensor Unembed(Tensor residual, Pass pass, Hooks hooks, IReadOnlyList<int>? only = null)
    {
        using Tensor all = residual;
        using Tensor read = pass.LastOnly ? Last(all, pass) : all.Share();
        Norm norm = new(
            weights.FinalNorm, config.NormEpsilon, config.IsLayerNorm, Site.LnFinalScale, Site.LnFinalNormalized);
        using Tensor normed = norm.Apply(read, null, hooks);
        Tensor logits = only is null
            ? Ops.MatMul(normed, weights.Unembedding, weights.UnembedBias, transposed: true)
            : Some(normed, [.. only]);
        if (config.LogitSoftCap is not { } cap)
            return hooks.Visit(Site.Logits, null, logits);
        using Tensor uncapped = logits;
        return hooks.Visit(Site.Logits, null, Ops.SoftCap(uncapped, cap));
    }

    Tensor Some(Tensor normed, int[] tokens)
    {
        using Tensor matrix = Ops.Gather(weights.Unembedding, tokens);
        using Tensor? bias = weights.UnembedBias is { } all
            ? Tensor.From([.. tokens.Select(t => all.Data[t])], tokens.Length)
            : null;
        return Ops.MatMul(normed, matrix, bias, transposed: true);
    }

    /// <summary>The rows of each sequence that are named, one each, as [batch, 1, …]; all where none are named.</summary>
    internal static Tensor Pick(Tensor x, int[]? rows) => rows is null ? x.Share() : Rows(Ops.Gather(x, rows), x.Shape[0]);

    Tensor TokenEmbed(Pass pass)
    {
        int[] ids = [.. Places(pass, pass.Tokens.Count).Select(at =>
            pass.Tokens.Ids[(at.Sequence * pass.Tokens.Positions) + at.Position])];
        Tensor embed = Rows(Ops.Gather(weights.Embedding, ids), pass.Tokens.Count);
        if (config.EmbeddingScale == 1)
            return embed;
        using Tensor unscaled = embed;
        return Ops.Edit(unscaled, [(0, unscaled.Shape.Count)], config.EmbeddingScale, []);
    }

    Tensor PositionEmbed(Pass pass, int sequences) =>
        Rows(Ops.Gather(weights.Position!, [.. Places(pass, sequences).Select(at => at.Position)]), sequences);

    static IEnumerable<(int Sequence, int Position)> Places(Pass pass, int sequences) =>
        Enumerable.Range(0, sequences * pass.Stretch.Count).Select(i =>
            (i / pass.Stretch.Count, pass.Stretch.First(i / pass.Stretch.Count) + (i % pass.Stretch.Count)));

    static Tensor Rows(Tensor gathered, int sequences)
    {
        using Tensor rows = gathered;
        return rows.Reshape(sequences, rows.Shape[0] / sequences, rows.Shape[1]);
    }

    // What a part of the block wrote, on its way into the stream: as it is, or seen and then through a norm.
    Tensor Passed(Tensor written, int layer, Hooks hooks, NormWeights? norm, (Site Out, Site Scale, Site Normalized) sites)
    {
        if (norm is null)
            return written;
        using Tensor before = hooks.Visit(sites.Out, layer, written);
        return new Norm(norm, config.NormEpsilon, config.IsLayerNorm, sites.Scale, sites.Normalized).Apply(before, layer, hooks);
    }

    // A value of its own: its gradient is what flows through the MLP, not what flows past it.
    static Tensor Branch(Tensor x)
    {
        using Tensor copy = Ops.CopyToHeads(x, 1);
        return copy.Reshape(x.Shape.Sizes);
    }

    // [batch, d_model]: each sequence's last row; the last block may have left nothing else.
    static Tensor Last(Tensor all, Pass pass) => all.Shape[1] == 1
        ? all.Reshape(all.Shape[0], all.Shape[2])
        : Ops.Gather(all, pass.Stretch.LastRows(pass.Tokens));
}
