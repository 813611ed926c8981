using System.Numerics;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What a head's weights alone say: where it looks (QK) and what it moves (OV), as factored matrices.</summary>
/// <remarks>
/// Row vectors times matrices: what stands at the left is read. Biases, and the 1/√d_head of the scores, are left out. With
/// folded norms a norm's gain (and, of layer norm, its centring) is part of the matrices beside it; its division by the
/// scale never is. Source: Elhage et al. 2021, "A mathematical framework for transformer circuits".
/// </remarks>
public sealed class HeadCircuits
{
    const string Embedding = "embed.W_E", Positions = "pos_embed.W_pos";

    readonly TransformerWeights _weights;
    readonly Lazy<Matrix> _unembedded;

    /// <summary>The circuits of a model's heads.</summary>
    /// <param name="model">The model; not to be disposed of before this.</param>
    /// <param name="foldNorms">Whether norms are folded into the matrices beside them.</param>
    public HeadCircuits(Model model, bool foldNorms = false)
    {
        (Config, _weights, FoldsNorms) = (model.Config, model.Weights, foldNorms);
        _unembedded = new(() =>
        {
            using Tensor unembedding = _weights[Unembedding].Clone(), embedding = _weights[Embedding].Clone();
            return Matrix.TransposedProduct(unembedding, embedding);
        });
    }

    /// <summary>The shape of the model.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Whether norms are folded in.</summary>
    public bool FoldsNorms { get; }

    /// <summary>What was done to the weights, in words.</summary>
    public string Transform => FoldsNorms
        ? $"norm gains{(Config.IsLayerNorm ? " and centring" : "")} folded in; biases left out"
        : "weights as stored, norms and biases left out";

    /// <summary>Every head, by layer.</summary>
    public IEnumerable<Node> Heads =>
        from layer in Enumerable.Range(0, Config.NLayers)
        from head in Enumerable.Range(0, Config.NHeads)
        select new Node(ComponentKind.Head, layer, head);

    /// <summary>W_V · W_O, [d_model, d_model]: what is written where a given residual stream is attended to.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public FactoredMatrix OV(Node head) => new(Read(head, "V"), Write(head));

    /// <summary>W_Q · W_Kᵀ, [d_model, d_model]: query's residual stream by key's; of rotary positions, at no distance.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public FactoredMatrix QK(Node head) => new(Read(head, "Q"), Read(head, "K").Transposed());

    /// <summary>W_E · W_V · W_O · W_U, [d_vocab, d_vocab]: what attending to a token does to each logit.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public FactoredMatrix FullOV(Node head) => new(
        Rows(Embedding, Read(head, "V")), Rows(Unembedding, FinalWrite(head).Transposed()).Transposed());

    /// <summary>W_E · W_Q · W_Kᵀ · W_Eᵀ, [d_vocab, d_vocab]: how much a token attends to another, positions left out.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public FactoredMatrix FullQK(Node head) => new(
        Rows(Embedding, Read(head, "Q")), Rows(Embedding, Read(head, "K")).Transposed());

    /// <summary>W_pos · W_Q · W_Kᵀ · W_posᵀ, [n_ctx, n_ctx]: how much a position attends to another, tokens left out.</summary>
    /// <exception cref="InputException">The model has no such head, or learns no positions.</exception>
    public FactoredMatrix PositionalQK(Node head)
    {
        if (!_weights.Names.Contains(Positions))
            throw new InputException("this model has no learned positions, so no QK matrix between them");
        return new(Rows(Positions, Read(head, "Q")), Rows(Positions, Read(head, "K")).Transposed());
    }

    /// <summary>W_E · W_U, [d_vocab, d_vocab]: what a token alone does to the next one's logits.</summary>
    public FactoredMatrix DirectPath()
    {
        Matrix read = new(Config.DModel, Config.DModel, (i, j) => i == j ? 1 : 0);
        return new(Rows(Embedding, read), Rows(Unembedding, AsFinalRead(read).Transposed()).Transposed());
    }

    /// <summary>
    /// The eigenvalues of the full OV matrix that are not zero, d_head of them, from a d_head × d_head matrix.
    /// </summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public IReadOnlyList<Complex> FullOVEigenvalues(Node head) =>
        Eigenvalues.Of(FinalWrite(head).Times(_unembedded.Value).Times(Read(head, "V")));

    /// <summary>Σ Re λ / Σ |λ|: 1 where a head raises what it attends to, −1 where it lowers it; 0 of no eigenvalue.</summary>
    public static double CopyingScore(IReadOnlyList<Complex> eigenvalues)
    {
        double real = 0, all = 0;
        foreach (Complex value in eigenvalues)
        {
            real += value.Real;
            all += Math.Sqrt((value.Real * value.Real) + (value.Imaginary * value.Imaginary));
        }
        return all > 0 ? real / all : 0;
    }

    string Unembedding => Config.IsTied ? Embedding : "unembed.W_U";

    // W_Q, W_K or W_V of a head [d_model, d_head]; heads that share keys and values have their group's.
    internal Matrix Read(Node head, string which)
    {
        Require(head);
        Tensor all = _weights[$"blocks.{head.Layer}.attn.W_{which}"];
        int shared = which == "Q" ? 1 : Config.NHeads / Config.NKeyValueHeads;
        Matrix read = Part(all, 0, head.Head / shared * Config.DHead, Config.DModel, Config.DHead);
        return Folds($"blocks.{head.Layer}.ln1.w", out Tensor? gain) ? Centred(Scaled(read, gain)) : read;
    }

    // W_O of a head [d_head, d_model].
    internal Matrix Write(Node head)
    {
        Require(head);
        return Part(_weights[$"blocks.{head.Layer}.attn.W_O"], head.Head * Config.DHead, 0, Config.DHead, Config.DModel);
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

    // A table of tokens or positions times a matrix; the table's copy is large, and not kept.
    Matrix Rows(string table, Matrix matrix)
    {
        using Tensor copy = _weights[table].Clone();
        return Matrix.Product(copy, matrix);
    }

    // The same as the unembedding reads it, past the final norm.
    Matrix FinalWrite(Node head) => AsFinalRead(Write(head));

    Matrix AsFinalRead(Matrix write) => Folds("ln_final.w", out Tensor? gain)
        ? Scaled(Centred(write.Transposed()), gain).Transposed()
        : write;

    bool Folds(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Tensor? gain)
    {
        gain = FoldsNorms && _weights.Names.Contains(name) ? _weights[name] : null;
        return gain is not null;
    }

    // Rows times the gain of their dimension of the residual stream.
    static Matrix Scaled(Matrix read, Tensor gain) => new(read.Rows, read.Columns, (i, j) => gain.Data[i] * read[i, j]);

    // Layer norm takes the stream's mean away: reading that is reading with weights whose own mean is taken away.
    Matrix Centred(Matrix read)
    {
        if (!Config.IsLayerNorm)
            return read;
        double[] means = [.. Enumerable.Range(0, read.Columns).Select(j => read.Column(j).Sum() / read.Rows)];
        return new(read.Rows, read.Columns, (i, j) => read[i, j] - means[j]);
    }

    void Require(Node head)
    {
        if (head.Kind != ComponentKind.Head || head.Layer < 0 || head.Layer >= Config.NLayers
            || head.Head < 0 || head.Head >= Config.NHeads)
            throw new InputException(
                $"there is no head {head}: this model has layers 0..{Config.NLayers - 1} of heads 0..{Config.NHeads - 1}");
    }
}
