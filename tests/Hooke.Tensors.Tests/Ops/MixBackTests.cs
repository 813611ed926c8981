namespace Hooke.Tensors.Tests;

public sealed class MixBackTests
{
    [Theory]
    [InlineData(4, 2, 3, 5), InlineData(2, 2, 8, 70), InlineData(3, 1, 4, 33)]
    public void Values_are_those_of_the_written_out_sums(int heads, int groups, int width, int positions)
    {
        int[] lengths = [positions, 1, positions / 2];
        using Tensor pattern = Draw("pattern", heads, positions, positions), dz = Draw("dz", lengths.Sum(), heads, width);
        for (int row = 0; row < heads * positions; row++)
            pattern.Data.Slice(row * positions, positions)[((row % positions) + 1)..].Clear();
        using Tensor all = Ops.MixBack(pattern, dz, lengths, groups);
        using Tensor lasts = Ops.Gather(dz.Reshape(lengths.Sum(), heads * width), [positions - 1, positions, lengths.Sum() - 1]);
        using Tensor last = Ops.MixBackFromLast(pattern, lasts.Reshape(lengths.Length, heads, width), lengths, groups);
        for (int t = 0, start = 0; t < lengths.Length; start += lengths[t++])
            for (int key = 0; key < lengths[t]; key++)
                for (int group = 0; group < groups; group++)
                    for (int i = 0; i < width; i++)
                    {
                        double sum = 0, ofLast = 0;
                        for (int head = group * heads / groups; head < (group + 1) * heads / groups; head++)
                            for (int query = key; query < lengths[t]; query++)
                            {
                                double term = (double)pattern.Data[(((head * positions) + query) * positions) + key]
                                    * dz.Data[((((start + query) * heads) + head) * width) + i];
                                (sum, ofLast) = (sum + term, query == lengths[t] - 1 ? ofLast + term : ofLast);
                            }
                        int at = ((((start + key) * groups) + group) * width) + i;
                        Assert.Equal(sum, all.Data[at], 1e-4);
                        Assert.Equal(ofLast, last.Data[at], 1e-4);
                    }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using Tensor pattern = Tensor.Zeros(2, 4, 4), dz = Tensor.Zeros(5, 2, 3);
        Assert.Throws<ArgumentException>(() => Ops.MixBack(pattern, dz, [5], 2));
        Assert.Throws<ArgumentException>(() => Ops.MixBack(pattern, dz, [4], 2));
        Assert.Throws<ArgumentException>(() => Ops.MixBack(pattern, dz, [4, 1], 3));
    }

    [Fact]
    public void Columns_are_gathered_wherever_a_matrix_is_kept()
    {
        using Tensor plain = Draw("matrix", 37, 50), packed = plain.Clone().AsConstant();
        using Tensor turned = plain.Clone().AsConstant(transposed: true);
        int[] chosen = [49, 0, 17, 17];
        foreach (Tensor matrix in new[] { plain, packed, turned })
        {
            using Tensor columns = Ops.GatherColumns(matrix, chosen);
            for (int c = 0; c < 4; c++)
                for (int row = 0; row < 37; row++)
                    Assert.Equal(plain.Data[(row * 50) + chosen[c]], columns.Data[(c * 37) + row]);
        }
        Assert.Throws<ArgumentException>(() => Ops.GatherColumns(plain, [50]));
    }

    static Tensor Draw(string name, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        Rng rng = new Rng(3).Fork(name);
        for (int i = 0; i < tensor.Shape.Count; i++)
            tensor.Data[i] = rng.Normal((ulong)i);
        return tensor;
    }
}
