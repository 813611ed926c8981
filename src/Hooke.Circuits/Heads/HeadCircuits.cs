using System.Numerics;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What a head's weights alone say: where it looks (QK) and what it moves (OV), as factored matrices.</summary>
/// <remarks>
/// Row vectors times matrices: what stands at the left is read. Biases, the factor of the scores (1/√d_head) and that of the
/// embedding are left out. With folded norms a norm's gain (and, of layer norm, its centring) is part of the matrices beside
/// it, also of norms on queries, keys and outputs; its division by the scale never is. Source: Elhage et al. 2021, "A
/// mathematical framework for transformer circuits".
/// </remarks>
public sealed class HeadCircuits
{
    readonly Lazy<Matrix> _unembedded;

    /// <summary>The circuits of a model's heads.</summary>
    /// <param name="model">The model; not to be disposed of before this.</param>
    /// <param name="foldNorms">Whether norms are folded into the matrices beside them.</param>
    public HeadCircuits(Model model, bool foldNorms = false)
    {
        Weights = new(model.Config, model.Weights, foldNorms);
        _unembedded = new(Weights.EmbeddingByUnembedding);
    }

    /// <summary>The shape of the model.</summary>
    public TransformerConfig Config => Weights.Config;

    /// <summary>What was done to the weights, in words.</summary>
    public string Transform => Weights.FoldsNorms
        ? $"norm gains{(Config.IsLayerNorm ? " and centring" : "")} folded in; biases left out"
        : "weights as stored, norms and biases left out";

    internal HeadWeights Weights { get; }

    /// <summary>Every head, by layer.</summary>
    public IEnumerable<Node> Heads =>
        from layer in Enumerable.Range(0, Config.NLayers)
        from head in Enumerable.Range(0, Config.NHeads)
        select new Node(ComponentKind.Head, layer, head);

    /// <summary>W_V · W_O, [d_model, d_model]: what is written where a given residual stream is attended to.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public FactoredMatrix OV(Node head) => new(Weights.Read(head, "V"), Weights.Write(head));

    /// <summary>W_Q · W_Kᵀ, [d_model, d_model]: query's residual stream by key's.</summary>
    /// <param name="head">The head.</param>
    /// <param name="distance">Of rotary positions, how far behind the query the key stands.</param>
    /// <exception cref="InputException">The model has no such head, or no such distance.</exception>
    public FactoredMatrix QK(Node head, int distance = 0) =>
        new(Weights.Turned(head, Weights.Read(head, "Q"), distance), Weights.Read(head, "K").Transposed());

    /// <summary>W_E · W_V · W_O · W_U, [d_vocab, d_vocab]: what attending to a token does to each logit.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public FactoredMatrix FullOV(Node head) => new(
        Weights.Embedded(Weights.Read(head, "V")), Weights.Unembedded(Weights.Write(head)));

    /// <summary>W_E · W_Q · W_Kᵀ · W_Eᵀ, [d_vocab, d_vocab]: how much a token attends to another.</summary>
    /// <param name="head">The head.</param>
    /// <param name="distance">Of rotary positions, how far behind the query the key stands.</param>
    /// <exception cref="InputException">The model has no such head, or no such distance.</exception>
    public FactoredMatrix FullQK(Node head, int distance = 0) => new(
        Weights.Embedded(Weights.Turned(head, Weights.Read(head, "Q"), distance)),
        Weights.Embedded(Weights.Read(head, "K")).Transposed());

    /// <summary>W_pos · W_Q · W_Kᵀ · W_posᵀ, [n_ctx, n_ctx]: how much a position attends to another, tokens left out.</summary>
    /// <exception cref="InputException">The model has no such head, or learns no positions.</exception>
    public FactoredMatrix PositionalQK(Node head)
    {
        if (!Config.HasPositionTable)
            throw new InputException("this model has no learned positions, so no QK matrix between them");
        return new(Weights.Placed(Weights.Read(head, "Q")), Weights.Placed(Weights.Read(head, "K")).Transposed());
    }

    /// <summary>W_E · W_U, [d_vocab, d_vocab]: what a token alone does to the next one's logits.</summary>
    public FactoredMatrix DirectPath()
    {
        Matrix read = new(Config.DModel, Config.DModel, (i, j) => i == j ? 1 : 0);
        return new(Weights.Embedded(read), Weights.Unembedded(read));
    }

    /// <summary>
    /// The eigenvalues of the full OV matrix that are not zero, d_head of them, from a d_head × d_head matrix.
    /// </summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public IReadOnlyList<Complex> FullOVEigenvalues(Node head) =>
        Eigenvalues.Of(Weights.PastFinalNorm(Weights.Write(head)).Times(_unembedded.Value).Times(Weights.Read(head, "V")));

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
}
