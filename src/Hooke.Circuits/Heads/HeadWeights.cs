using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>The weights of single heads in doubles, norms folded in or not.</summary>
sealed class HeadWeights(TransformerConfig config, TransformerWeights weights, bool foldNorms)
{
    const string Embedding = "embed.W_E", Positions = "pos_embed.W_pos";

    public TransformerConfig Config => config;

    public bool FoldsNorms => foldNorms && config.HasNorms;

    /// <summary>W_Q, W_K or W_V of a head [d_model, d_head]; heads that share keys and values have their group's.</summary>
    public Matrix Read(Node head, string which)
    {
        Require(head);
        string attention = $"blocks.{head.Layer}.attn";
        int shared = which == "Q" ? 1 : config.NHeads / config.NKeyValueHeads;
        Matrix read = Part(
            weights[$"{attention}.W_{which}"], 0, head.Head / shared * config.DHead, config.DModel, config.DHead);
        if (Gain($"blocks.{head.Layer}.ln1") is { } gain)
            read = Centred(Scaled(read, gain));
        return which != "V" && config.HasQKNorm && Gain($"{attention}.{(which == "Q" ? "q" : "k")}_norm") is { } own
            ? Scaled(read.Transposed(), own).Transposed()
            : read;
    }

    /// <summary>W_O of a head [d_head, d_model].</summary>
    public Matrix Write(Node head)
    {
        Require(head);
        Matrix write = Part(
            weights[$"blocks.{head.Layer}.attn.W_O"], head.Head * config.DHead, 0, config.DHead, config.DModel);
        return config.HasPostNorms ? Past($"blocks.{head.Layer}.ln1_post", write) : write;
    }

    /// <summary>A head's W_Q as a key at a distance behind it sees it, turned by rotary positions.</summary>
    public Matrix Turned(Node head, Matrix queries, int distance)
    {
        if (distance == 0)
            return queries;
        if (distance < 0 || distance >= config.NCtx || config.RotaryOf(head.Layer) is not { } rotary)
            throw new InputException(config.Positions == PositionKind.Rotary
                ? $"a key {distance} behind its query is not in a context of {config.NCtx}: give 0 to {config.NCtx - 1}"
                : $"this model turns no queries and keys, so QK is the same at a distance of {distance}: leave it out");
        RotaryTable table = new(rotary.Frequencies(config.DHead), distance + 1);
        using Tensor rows = queries.ToTensor(), apart = rows.Reshape(config.DModel, 1, 1, config.DHead);
        using Tensor turned = Ops.Rotate(apart, table, [.. Enumerable.Repeat(distance, config.DModel)]);
        using Tensor flat = turned.Reshape(config.DModel, config.DHead);
        return Part(flat, 0, 0, config.DModel, config.DHead);
    }

    /// <summary>W_E · matrix</summary>
    public Matrix Embedded(Matrix matrix) => Rows(Embedding, matrix);

    /// <summary>W_pos · matrix</summary>
    public Matrix Placed(Matrix matrix) => Rows(Positions, matrix);

    /// <summary>matrix · W_U, past the final norm.</summary>
    public Matrix Unembedded(Matrix matrix) => Rows(Unembedding, PastFinalNorm(matrix).Transposed()).Transposed();

    /// <summary>What is written [n, d_model] as the unembedding reads it.</summary>
    public Matrix PastFinalNorm(Matrix write) => Past("ln_final", write);

    /// <summary>W_U · W_E over all tokens, [d_model, d_model].</summary>
    public Matrix EmbeddingByUnembedding()
    {
        using Tensor unembedding = weights[Unembedding].Clone(), embedding = weights[Embedding].Clone();
        return Matrix.TransposedProduct(unembedding, embedding);
    }

    string Unembedding => config.IsTied ? Embedding : "unembed.W_U";

    // A table of tokens or positions times a matrix; the table's copy is large, and not kept.
    Matrix Rows(string table, Matrix matrix)
    {
        using Tensor copy = weights[table].Clone();
        return Matrix.Product(copy, matrix);
    }

    Matrix Past(string norm, Matrix write) =>
        Gain(norm) is { } gain ? Scaled(Centred(write.Transposed()), gain).Transposed() : write;

    // What a norm multiplies by, where norms are folded.
    float[]? Gain(string norm)
    {
        if (!FoldsNorms)
            return null;
        return [.. weights[$"{norm}.w"].Data.ToArray().Select(weight => weight + config.NormGainOffset)];
    }

    // Rows times the gain of their dimension.
    static Matrix Scaled(Matrix read, float[] gain) => new(read.Rows, read.Columns, (i, j) => gain[i] * read[i, j]);

    // Layer norm takes the stream's mean away: reading that is reading with weights whose own mean is taken away.
    Matrix Centred(Matrix read)
    {
        if (!config.IsLayerNorm)
            return read;
        double[] means = [.. Enumerable.Range(0, read.Columns).Select(j => read.Column(j).Sum() / read.Rows)];
        return new(read.Rows, read.Columns, (i, j) => read[i, j] - means[j]);
    }

    static Matrix Part(Tensor all, int row, int column, int rows, int columns)
    {
        Matrix part = new(rows, columns);
        ReadOnlySpan<float> data = all.Data;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                part[i, j] = data[((row + i) * all.Shape[1]) + column + j];
        return part;
    }

    void Require(Node head)
    {
        if (head.Kind != ComponentKind.Head || head.Layer < 0 || head.Layer >= config.NLayers
            || head.Head < 0 || head.Head >= config.NHeads)
            throw new InputException(
                $"there is no head {head}: this model has layers 0..{config.NLayers - 1} of heads 0..{config.NHeads - 1}");
    }
}
