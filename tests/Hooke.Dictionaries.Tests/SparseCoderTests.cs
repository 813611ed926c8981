using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Encoding and decoding against the definitions, written out in double precision.</summary>
public class SparseCoderTests
{
    static readonly int[] ThreadCounts = [1, 2, 5];

    const int DIn = 7, NLatents = 24, Rows = 9;

    public static TheoryData<CoderKind, int?, bool> Kinds => new()
    {
        { CoderKind.Relu, null, true }, { CoderKind.Relu, null, false }, { CoderKind.Gated, null, true }, { CoderKind.TopK, 5, true },
        { CoderKind.TopK, 5, false }, { CoderKind.GroupMax, 6, true }, { CoderKind.BatchTopK, null, true }, { CoderKind.JumpRelu, null, true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_is_its_definition(CoderKind kind, int? k, bool isRectified)
    {
        foreach (bool subtracts in new[] { false, true })
            foreach (InputScaling scaling in Enum.GetValues<InputScaling>())
            {
                using SparseCoder coder = Made.Coder(kind, DIn, NLatents, k, isRectified: isRectified, subtracts: subtracts, scaling: scaling, skips: true);
                using Tensor x = Made.Normal(new Rng(3), 3, 3, DIn);
                using Tensor latents = coder.Encode(x), output = coder.Reconstruct(x), decoded = coder.Decode(latents, x);
                Assert.Equal(new Shape(3, 3, NLatents), latents.Shape);
                Assert.Equal(x.Shape, output.Shape);
                Assert.Equal(output.Data, decoded.Data);
                for (int row = 0; row < Rows; row++)
                    Definition.Check(coder, x.Data.Slice(row * DIn, DIn), latents.Data.Slice(row * NLatents, NLatents), output.Data.Slice(row * DIn, DIn));
            }
    }

    [Fact]
    public void Latents_in_units_of_the_output_decode_to_the_same()
    {
        using SparseCoder scaled = Made.Coder(CoderKind.TopK, DIn, NLatents, NLatents, scalesByNorm: true),
            plain = Made.Coder(CoderKind.TopK, DIn, NLatents, NLatents);
        using Tensor x = Made.Normal(new Rng(3), Rows, DIn);
        using Tensor a = scaled.Reconstruct(x), b = plain.Reconstruct(x); // all latents kept, so that their order does not matter
        TensorDifference difference = TensorDifference.Of("output", a.Data, b.Data);
        Assert.True(difference.Agrees && difference.Scale > 1, $"{difference}");
        using Tensor latents = scaled.Encode(x), unscaled = plain.Encode(x);
        ReadOnlySpan<float> decoder = scaled.Weights.Decoders[0].Weight.Data[..DIn];
        double norm = Math.Sqrt(decoder.ToArray().Sum(value => (double)value * value));
        for (int row = 0; row < Rows; row++)
            Assert.Equal(unscaled.Data[row * NLatents] * norm, latents.Data[row * NLatents], 4);
    }

    /// <summary>So many latents that 150 inputs are encoded in three blocks.</summary>
    [Theory]
    [InlineData(CoderKind.TopK), InlineData(CoderKind.JumpRelu)]
    public void Encoding_block_by_block_gives_what_encoding_at_once_does(CoderKind kind)
    {
        using SparseCoder coder = Made.Coder(kind, 2, 1 << 17, 5, subtracts: true);
        using Tensor x = Made.Normal(new Rng(5), 150, 2), dense = coder.Encode(x);
        SparseLatents blocks = coder.EncodeSparse(x), whole = SparseLatents.Of(dense);
        Assert.Equal((150, whole.Count), (blocks.Rows, blocks.Count));
        for (int row = 0; row < 150; row++)
        {
            Assert.Equal(whole.LatentsOf(row), blocks.LatentsOf(row));
            Assert.Equal(whole.ValuesOf(row), blocks.ValuesOf(row));
        }
    }

    [Fact]
    public void Decoding_what_is_active_alone_gives_the_bytes_of_the_dense_product()
    {
        using SparseCoder coder = Made.Coder(CoderKind.TopK, 70, 300, 11);
        using Tensor x = Made.Normal(new Rng(5), 40, 70);
        using Tensor latents = coder.Encode(x), dense = Ops.MatMul(latents, coder.Weights.Decoders[0].Weight);
        using Tensor sparse = SparseDecoding.Multiply(coder.EncodeSparse(x), coder.Weights.Decoders[0].Weight);
        Assert.Equal(dense.Data, sparse.Data);
    }

    [Fact]
    public void TopK_keeps_the_k_largest_and_of_equal_ones_the_first() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed).Draw();
        float[] row = [.. Enumerable.Range(0, 1 + draws.Below(400)).Select(_ => (float)(draws.Below(40) - 20))];
        int k = 1 + draws.Below(row.Length);
        HashSet<int> kept = [.. Enumerable.Range(0, row.Length).OrderByDescending(i => row[i]).ThenBy(i => i).Take(k)];
        float[] expected = [.. row.Select((value, i) => kept.Contains(i) ? value : 0)];
        TopLatents.Keep(row, k, new int[k]);
        return row.SequenceEqual(expected);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20260101UL, 7UL));

    [Fact]
    public void Sparse_latents_are_the_dense_ones()
    {
        using SparseCoder coder = Made.Coder(CoderKind.JumpRelu, DIn, NLatents);
        using Tensor x = Made.Normal(new Rng(5), 2, Rows, DIn);
        using Tensor dense = coder.Encode(x);
        SparseLatents sparse = coder.EncodeSparse(x);
        using Tensor back = sparse.ToDense();
        Assert.Equal(dense.Data, back.Data);
        Assert.Equal(dense.Data.ToArray().Count(value => value != 0), sparse.Count);
        Assert.True(sparse.Count > 0 && sparse.Rows == 2 * Rows);
    }

    [Fact]
    public void The_number_of_threads_changes_no_byte()
    {
        int threads = Work.Threads;
        try
        {
            float[][] runs = [.. ThreadCounts.Select(count =>
            {
                Work.Threads = count;
                using SparseCoder coder = Made.Coder(CoderKind.TopK, 64, 512, 9, scaling: InputScaling.LayerNorm, subtracts: true);
                using Tensor x = Made.Normal(new Rng(5), 100, 64);
                using Tensor y = coder.Reconstruct(x);
                return y.Data.ToArray();
            })];
            Assert.Equal(runs[0], runs[1]);
            Assert.Equal(runs[0], runs[2]);
        }
        finally
        {
            Work.Threads = threads;
        }
    }

    [Fact]
    public void Heads_of_z_are_flattened_and_parted_again()
    {
        using SparseCoder flat = Made.Coder(CoderKind.Relu, 12, NLatents);
        SparseCoder heads = new(flat.Config with { FlattensHeads = true }, flat.Weights);
        using Tensor x = Made.Normal(new Rng(5), 2, 3, 4, 3), side = x.Reshape(2, 3, 12);
        using Tensor latents = heads.Encode(x), output = heads.Reconstruct(x), expected = flat.Reconstruct(side);
        Assert.Equal(new Shape(2, 3, NLatents), latents.Shape);
        Assert.Equal(x.Shape, output.Shape);
        Assert.Equal(expected.Data, output.Data);
        Assert.Throws<InputException>(() => flat.Encode(x));
    }

    [Fact]
    public void A_crosscoder_reads_both_models_side_by_side_and_writes_each()
    {
        Rng rng = new(11);
        CoderSite[] sites = [new("base", 4), new("chat", 6)];
        using SparseCoder coder = new(
            new CoderConfig { Kind = CoderKind.Relu, Inputs = sites, Outputs = sites, NLatents = NLatents },
            new CoderWeights
            {
                Encoder = Made.Normal(rng.Fork("encoder"), 10, NLatents).AsConstant(),
                EncoderBias = Made.Normal(rng.Fork("bias"), NLatents),
                Decoders = [.. sites.Select((site, i) => new CoderDecoder { Weight = Made.Normal(rng.Fork(i), NLatents, site.Width) })],
            });
        using Tensor x = Made.Normal(rng, Rows, 10);
        using Tensor latents = coder.Encode(x), second = coder.Reconstruct(x, 1);
        using Tensor expected = Ops.MatMul(latents, coder.Weights.Decoders[1].Weight);
        Assert.Equal(("crosscoder", 10), (coder.Config.Role, coder.Config.DIn));
        Assert.Equal(new Shape(Rows, 6), second.Shape);
        Assert.Equal(expected.Data, second.Data);
    }

    [Fact]
    public void An_input_of_another_width_is_refused_with_both_widths()
    {
        using SparseCoder coder = Made.Coder(CoderKind.Relu, DIn, NLatents);
        using Tensor x = Made.Normal(new Rng(5), 2, DIn + 1);
        string message = Assert.Throws<InputException>(() => coder.Encode(x)).Message;
        Assert.Contains("7 wide", message, StringComparison.Ordinal);
        Assert.Contains("[2, 8]", message, StringComparison.Ordinal);
    }
}
