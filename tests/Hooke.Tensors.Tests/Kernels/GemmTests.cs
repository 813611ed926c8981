using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Tensors.Tests;

[Collection(nameof(ThreadCount))]
public unsafe class GemmTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public void Every_small_product_has_the_bits_of_the_loop_in_order(int threads)
    {
        using ThreadCount _ = new(threads);
        Prop.ForAll(Cases(40).ToArbitrary(), Agrees).Check(Settings.WithMaxTest(threads == 1 ? 600 : 100));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public void Large_products_have_the_same_bits_whatever_the_threads(int threads)
    {
        using ThreadCount _ = new(threads);
        foreach ((int m, int k, int n) in new[]
            { (1, 600, 1000), (70, 400, 500), (300, 70, 100), (17, 1030, 129), (520, 385, 49) })
        {
            foreach (bool transpose in new[] { false, true })
                Assert.True(Agrees(new(m, k, n, transpose, transpose, m % 2 == 0, 3, (ulong)m)), $"{m} × {k} × {n}");
        }
    }

    [Fact]
    public void A_product_is_close_to_the_one_in_double_precision() =>
        Prop.ForAll(Cases(40).ToArbitrary(), one =>
        {
            using Operands x = new(one);
            Gemm.Multiply(x.A, x.B, x.C, one.Accumulate);
            bool close = true;
            for (int i = 0; i < one.M; i++)
            {
                for (int j = 0; j < one.N; j++)
                {
                    double exact = one.Accumulate ? x.Before[i * one.N + j] : 0, size = Math.Abs(exact);
                    for (int p = 0; p < one.K; p++)
                    {
                        double term = (double)At(x.A, i, p) * At(x.B, p, j);
                        exact += term;
                        size += Math.Abs(term);
                    }
                    // k fused steps, each rounding a partial sum no larger than size by at most 2⁻²⁴ of it.
                    close &= Math.Abs(At(x.C, i, j) - exact) <= (one.K + 1) * Math.Pow(2, -24) * size;
                }
            }
            return close;
        }).Check(Settings);

    [Fact]
    public void A_batch_gives_each_product_its_own_result()
    {
        foreach ((int count, int m, int k, int n) in new[]
            { (0, 3, 3, 3), (5, 7, 3, 9), (256, 32, 16, 32), (3, 100, 64, 100) })
        {
            Operands[] all = [.. Enumerable.Range(0, count).Select(i =>
                new Operands(new(m, k, n, false, true, true, 5, (ulong)i)))];
            Gemm.MultiplyBatch(count, i => new(all[i].A, all[i].B, all[i].C), accumulate: true);
            Assert.All(all, x => Assert.Equal(x.InOrder(), x.Result()));
            foreach (Operands x in all)
                x.Dispose();
        }
    }

    [Fact]
    public void An_infinity_and_a_NaN_spread_along_their_row_only()
    {
        using Operands x = new(new(20, 10, 50, false, false, false, 0, 1));
        x.A.Data[3 * x.A.RowStride + 4] = float.PositiveInfinity;
        x.A.Data[5 * x.A.RowStride + 4] = float.NaN;
        Gemm.Multiply(x.A, x.B, x.C);
        for (int i = 0; i < 20; i++)
        {
            for (int j = 0; j < 50; j++)
                Assert.Equal(i is not (3 or 5), float.IsFinite(At(x.C, i, j)));
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_a_bug()
    {
        using Operands x = new(new(4, 5, 6, false, false, false, 0, 1));
        Assert.StartsWith("Bug in Hooke", Assert.Throws<InvalidOperationException>(
            () => Gemm.Multiply(x.A, x.A, x.C)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_packed_matrix_is_refused()
    {
        using Operands x = new(new(4, 5, 6, false, false, false, 0, 1));
        PackedMatrix packed = new(x.B);
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Gemm.Multiply(x.A, packed, x.C));
    }

    static bool Agrees(Case one)
    {
        using Operands x = new(one), y = new(one);
        using PackedMatrix packed = new(x.B);
        Gemm.Multiply(x.A, x.B, x.C, one.Accumulate);
        Gemm.Multiply(y.A, packed, y.C, one.Accumulate);
        float[] expected = x.InOrder();
        return expected.SequenceEqual(x.Result()) && expected.SequenceEqual(y.Result()) && x.OutsideIsUntouched();
    }

    static Gen<Case> Cases(int largest) =>
        from m in Gen.Choose(1, largest)
        from k in Gen.Choose(0, largest)
        from n in Gen.Choose(1, largest)
        from flags in Gen.Choose(0, 7)
        from gap in Gen.Choose(0, 3)
        from seed in Gen.Choose(0, 1000)
        select new Case(m, k, n, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, gap, (ulong)seed);

    static float At(MatrixView x, int i, int j) => x.Data[i * x.RowStride + j * x.ColumnStride];

    /// <summary>A product; the stored rows are <c>Gap</c> numbers longer than needed.</summary>
    sealed record Case(int M, int K, int N, bool TransposeA, bool TransposeB, bool Accumulate, int Gap, ulong Seed);

    sealed class Operands : IDisposable
    {
        const float Outside = 12345;
        readonly Case _case;
        readonly NativeFloats _a, _b, _c;

        public Operands(Case one)
        {
            _case = one;
            (_a, A) = Matrix(one.M, one.K, one.TransposeA, 1);
            (_b, B) = Matrix(one.K, one.N, one.TransposeB, 2);
            (_c, C) = Matrix(one.M, one.N, false, 3);
            Before = Result();
        }

        public MatrixView A { get; }

        public MatrixView B { get; }

        public MatrixView C { get; }

        public float[] Before { get; }

        public float[] Result() => Fill((i, j) => At(C, i, j));

        public float[] InOrder() => Fill(InOrder);

        public bool OutsideIsUntouched() => Enumerable.Range(0, _case.M).All(i => Enumerable.Range(0, _case.Gap)
            .All(gap => C.Data[i * C.RowStride + _case.N + gap] == Outside));

        public void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
            _c.Dispose();
        }

        float[] Fill(Func<int, int, float> element)
        {
            float[] all = new float[_case.M * _case.N];
            for (int at = 0; at < all.Length; at++)
                all[at] = element(at / _case.N, at % _case.N);
            return all;
        }

        float InOrder(int i, int j)
        {
            float sum = _case.Accumulate ? Before[i * _case.N + j] : 0;
            for (int p = 0; p < _case.K; p++)
                sum = MathF.FusedMultiplyAdd(At(A, i, p), At(B, p, j), sum);
            return sum;
        }

        (NativeFloats, MatrixView) Matrix(int rows, int columns, bool transpose, ulong stream)
        {
            (int storedRows, int storedColumns) = transpose ? (columns, rows) : (rows, columns);
            int stride = storedColumns + _case.Gap;
            NativeFloats data = new(storedRows * stride);
            Rng rng = new(_case.Seed, stream);
            for (int i = 0; i < storedRows * stride; i++)
                data.Data[i] = i % stride < storedColumns ? rng.Normal((ulong)i) : Outside;
            MatrixView view = new(data.Data, storedRows, storedColumns, stride, 1);
            return (data, transpose ? view.Transposed : view);
        }
    }
}
