using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Tensors.Tests;

[Collection(nameof(ThreadCount))]
public class PackedMatrixTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL).WithMaxTest(150);

    [Theory]
    [InlineData(1), InlineData(2)]
    public void Products_with_a_packed_matrix_have_the_bits_of_those_with_its_rows(int threads)
    {
        using ThreadCount _ = new(threads);
        Prop.ForAll(Cases(150).ToArbitrary(), Agrees).Check(Settings);
    }

    [Theory]
    [InlineData(1, 700, 1000), InlineData(9, 1000, 700), InlineData(70, 401, 499), InlineData(300, 385, 97)]
    public void So_have_large_ones(int m, int inputs, int outputs)
    {
        foreach (NumberType type in Enum.GetValues<NumberType>())
            for (int flags = 0; flags < 4; flags++)
                Assert.True(Agrees(new(m, inputs, outputs, type, (flags & 1) != 0, (flags & 2) != 0, 3)));
    }

    [Fact]
    public void A_packed_matrix_gives_its_rows_back()
    {
        Prop.ForAll(Cases(150).ToArbitrary(), one =>
        {
            using Tensor rows = one.Rows(), packed = one.Packed();
            using Tensor clone = packed.Clone(), reshaped = packed.Reshape(one.Outputs, one.Inputs), shared = packed.Share();
            int[] some = [0, one.Inputs - 1, one.Inputs / 2];
            using Tensor gathered = Ops.Gather(packed, some), expected = Ops.Gather(rows, some);
            return Same(rows, clone) && Same(rows, reshaped) && Same(rows, shared) && Same(rows, packed)
                && Same(gathered, expected);
        }).Check(Settings);
    }

    [Fact]
    public void Heads_read_their_part_of_a_packed_matrix()
    {
        foreach ((int heads, int kvHeads, int dHead, int width) in new[]
            { (4, 4, 16, 50), (6, 2, 10, 33), (3, 1, 64, 100), (2, 2, 5, 7) })
        {
            using Tensor wq = Random(1, width, kvHeads * dHead), wo = Random(2, heads * dHead, width);
            using Tensor packedQ = wq.Clone().AsConstant(), packedO = wo.Clone().AsConstant();
            using Tensor x = Random(3, 2, 3, heads, width), z = Random(4, 2, 3, heads, dHead);
            Assert.Equal(HeadBits(x, z, wq, wo, dHead), HeadBits(x, z, packedQ, packedO, dHead));
        }
    }

    [Fact]
    public void Gradients_through_a_packed_matrix_have_the_bits_of_those_through_its_rows()
    {
        foreach (bool transposed in new[] { false, true })
            foreach (NumberType type in Enum.GetValues<NumberType>())
            {
                Case one = new(5, 60, 70, type, false, transposed, 8);
                using Tensor rows = one.Rows(), packed = one.Packed(), x = Random(9, 5, transposed ? 70 : 60);
                Assert.Equal(GradientBits(x, rows, transposed), GradientBits(x, packed, transposed));
                Assert.Equal(GradientBits(x, rows, transposed), GradientBits(x, packed, transposed));
            }
    }

    [Fact]
    public void A_constant_matrix_takes_its_own_bytes_and_no_more()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.HeldBytes;
        using (Tensor x = Random(1, 9, 480), constant = Random(5, 480, 960).AsConstant())
        {
            long held = Tensor.HeldBytes;
            for (int i = 0; i < 2; i++)
                _ = GradientBits(x, constant, transposed: false);
            using (Tensor shared = constant.Share(), rows = Ops.Gather(shared, [1, 2, 3]))
                Assert.Equal(480, constant.Shape[0]);
            Assert.Equal(held, Tensor.HeldBytes);
            Assert.InRange(held - before, (9 + 960) * 480 * sizeof(float), ((9 * 480 * 1.13) + (960 * 480)) * sizeof(float));
        }
        Case narrow = new(1, 480, 960, NumberType.BF16, false, false, 1);
        using (Tensor packed = narrow.Packed())
            Assert.Equal(before + (480 * 960 * sizeof(ushort)), Tensor.HeldBytes);
        Assert.Equal(before, Tensor.HeldBytes);
    }

    [Fact]
    public void A_reader_that_fails_is_heard_and_nothing_is_kept()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.HeldBytes;
        Assert.Throws<InputException>(() => Tensor.Constant(
            new Shape(300, 200), NumberType.F16, (row, _, _) => throw new InputException($"row {row}")));
        Assert.Equal(before, Tensor.HeldBytes);
    }

    [Fact]
    public void Every_16_bit_number_widens_to_its_value()
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)];
        float[] half = new float[all.Length], brain = new float[all.Length];
        Widen.Float16(all, half);
        Widen.BFloat16(all, brain);
        for (int i = 0; i < all.Length; i++)
        {
            float exact = (float)BitConverter.UInt16BitsToHalf(all[i]);
            Assert.True(BitConverter.SingleToUInt32Bits(exact) == BitConverter.SingleToUInt32Bits(half[i])
                || (float.IsNaN(exact) && float.IsNaN(half[i])), $"{i:x}");
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(brain[i]));
        }
    }

    static bool Agrees(Case one)
    {
        using Tensor rows = one.Rows(), packed = one.Packed();
        using Tensor x = Random(7, one.M, one.Inputs), y = Random(8, one.M, one.Outputs);
        using Tensor a = Ops.MatMul(x, rows), b = Ops.MatMul(x, packed);
        using Tensor c = Ops.MatMul(y, rows, transposed: true), d = Ops.MatMul(y, packed, transposed: true);
        return Same(a, b) && Same(c, d);
    }

    static float[] HeadBits(Tensor x, Tensor z, Tensor wq, Tensor wo, int dHead)
    {
        using Tape tape = new();
        tape.Watch(x);
        tape.Watch(z);
        using Tensor q = Ops.HeadProjections(x, wq, null, dHead), o = Ops.HeadOutputs(z, wo);
        Tensor[] dx = tape.Gradients(q, null, x), dz = tape.Gradients(o, null, z);
        return [.. q.Data, .. o.Data, .. dx[0].Data, .. dz[0].Data];
    }

    static float[] GradientBits(Tensor x, Tensor weight, bool transposed)
    {
        using Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.MatMul(x, weight, transposed: transposed), active = Ops.Activate(y, Activation.GeluTanh);
        using Tensor gradient = tape.Gradients(active, null, x)[0];
        return [.. y.Data, .. gradient.Data];
    }

    static bool Same(Tensor a, Tensor b) =>
        MemoryMarshal.Cast<float, uint>(a.Data).SequenceEqual(MemoryMarshal.Cast<float, uint>(b.Data));

    static Tensor Random(ulong stream, params int[] shape)
    {
        Tensor x = Tensor.Zeros(shape);
        for (int i = 0; i < x.Shape.Count; i++)
            x.Data[i] = new Rng(31, stream).Normal((ulong)i);
        return x;
    }

    static Gen<Case> Cases(int largest) =>
        from m in Gen.Choose(1, 20)
        from inputs in Gen.Choose(1, largest)
        from outputs in Gen.Choose(1, largest)
        from type in Gen.Elements(Enum.GetValues<NumberType>())
        from flags in Gen.Choose(0, 3)
        from seed in Gen.Choose(0, 1000)
        select new Case(m, inputs, outputs, type, (flags & 1) != 0, (flags & 2) != 0, (ulong)seed);

    /// <summary>A matrix of numbers of a type, stored as its rows or its columns, packed for x · W or x · Wᵀ.</summary>
    sealed record Case(int M, int Inputs, int Outputs, NumberType Type, bool ReadsTransposed, bool Transposed, ulong Seed)
    {
        public Tensor Rows()
        {
            Tensor rows = Tensor.Zeros(Inputs, Outputs);
            for (int i = 0; i < Inputs; i++)
                for (int j = 0; j < Outputs; j++)
                    rows.Data[(i * Outputs) + j] = Value(Bits(i, j));
            return rows;
        }

        public Tensor Packed() => Tensor.Constant(new Shape(Inputs, Outputs), Type, Read, ReadsTransposed, Transposed);

        void Read(int row, int count, Span<byte> into)
        {
            int width = ReadsTransposed ? Inputs : Outputs;
            for (int i = 0; i < count * width; i++)
            {
                (int r, int c) = (row + (i / width), i % width);
                uint bits = ReadsTransposed ? Bits(c, r) : Bits(r, c);
                if (Type == NumberType.F32)
                    MemoryMarshal.Cast<byte, float>(into)[i] = Value(bits);
                else
                    MemoryMarshal.Cast<byte, ushort>(into)[i] = (ushort)bits;
            }
        }

        // Normal and subnormal numbers of either sign, and zeros.
        uint Bits(int i, int j)
        {
            uint random = (uint)new Rng(Seed, 4).Bits((ulong)((i * Outputs) + j)) & 0xFFFF;
            return Type == NumberType.F16 ? random & 0xBFFF : (random & 0x8FFF) | ((random & 0x8000) == 0 ? 0x3000u : 0);
        }

        float Value(uint bits) => Type == NumberType.F16
            ? (float)BitConverter.UInt16BitsToHalf((ushort)bits)
            : BitConverter.UInt32BitsToSingle(bits << 16);
    }
}
