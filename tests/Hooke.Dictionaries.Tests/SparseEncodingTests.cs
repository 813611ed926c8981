using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Encoding tile by tile finds the bytes that the dense way finds.</summary>
public class SparseEncodingTests
{
    [Theory]
    [InlineData(CoderKind.TopK, 5), InlineData(CoderKind.TopK, 1), InlineData(CoderKind.TopK, 700)]
    [InlineData(CoderKind.Relu, null), InlineData(CoderKind.JumpRelu, null), InlineData(CoderKind.BatchTopK, 5)]
    public void Latents_are_those_of_the_dense_way(CoderKind kind, int? k)
    {
        const int NLatents = 700, Width = 24; // not whole vectors, and more than a tile
        using SparseCoder coder = Made.Coder(kind, Width, NLatents, k, subtracts: true);
        using Tensor x = Made.Normal(new Rng(4), 48 * Work.Threads, Width), dense = coder.Encode(x);
        SparseLatents sparse = coder.EncodeSparse(x);
        Assert.InRange(sparse.Count, 1, dense.Shape.Count - 1);
        using Tensor found = sparse.ToDense();
        Assert.True(dense.Data.SequenceEqual(found.Data));
    }

    [Fact]
    public void Of_equal_latents_the_first_are_kept()
    {
        using SparseCoder made = Made.Coder(CoderKind.TopK, 4, 60, 7);
        Tensor same = Tensor.Zeros(4, 60), bias = Tensor.Zeros(60);
        bias.Data.Fill(1);
        using SparseCoder coder = new(made.Config, new CoderWeights
        {
            Encoder = same.AsConstant(),
            EncoderBias = bias,
            Decoders = [new() { Weight = Made.Normal(new Rng(5), 60, 4), Bias = Tensor.Zeros(4) }],
        });
        using Tensor x = Made.Normal(new Rng(4), 48 * Work.Threads, 4);
        SparseLatents sparse = coder.EncodeSparse(x);
        for (int r = 0; r < sparse.Rows; r++)
            Assert.Equal([0, 1, 2, 3, 4, 5, 6], sparse.LatentsOf(r).ToArray());
    }

    [Fact]
    public void What_is_no_number_does_not_vanish()
    {
        using SparseCoder coder = Made.Coder(CoderKind.Relu, 4, 60);
        using Tensor x = Made.Normal(new Rng(4), 48 * Work.Threads, 4);
        x.Data[9] = float.NaN;
        using Tensor y = coder.Reconstruct(x);
        Assert.True(float.IsNaN(y.Data[9]));
        Assert.False(float.IsNaN(y.Data[13]));
    }
}
