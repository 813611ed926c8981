namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>
    /// x[b, p, h] = y[b, p, h] · W[h]ᵀ: gradients with respect to each head's projection, handed back to what it projects.
    /// </summary>
    /// <param name="y">[batch, pos, head, d_head]; not followed by a tape</param>
    /// <param name="weight">W_Q, W_K or W_V, [d_model, head · d_head]</param>
    /// <returns>[batch, pos, head, d_model]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor HeadPullback(Tensor y, Tensor weight)
    {
        if (y.Shape.Rank != 4 || weight.Shape.Rank != 2 || weight.Shape[1] != y.Shape[2] * y.Shape[3])
            throw new ArgumentException($"{y.Shape} is not what heads project by {weight.Shape}");
        Tensor x = Tensor.Uninitialized(y.Shape[0], y.Shape[1], y.Shape[2], weight.Shape[0]);
        Backend.Current.HeadProjections(y, weight, group: 1, inverse: true, x);
        return x;
    }
}
