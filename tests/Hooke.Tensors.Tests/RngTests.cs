namespace Hooke.Tensors.Tests;

public class RngTests
{
    [Fact]
    public void A_number_depends_only_on_seed_stream_and_place()
    {
        Draws draws = new Rng(7, 3).Draw();
        ulong[] inTurn = [.. Enumerable.Range(0, 20).Select(_ => (ulong)draws.Below(int.MaxValue))];
        ulong[] backwards = [.. Enumerable.Range(0, 20).Reverse()
            .Select(i => (ulong)(((UInt128)new Rng(7, 3).Bits((ulong)i) * int.MaxValue) >> 64)).Reverse()];
        Assert.Equal(backwards, inTurn);
    }

    [Fact]
    public void Philox_gives_the_published_known_answers()
    {
        // Random123's kat_vectors, philox4x32-10: counter and key all zero give 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
        Assert.Equal(0xe169c58d_6627e8d5UL, new Rng(0, 0).Bits(0));
    }

    [Fact]
    public void Streams_forked_for_different_purposes_differ()
    {
        Rng rng = new(1);
        Assert.NotEqual(rng.Fork("weights").Bits(0), rng.Fork("batches").Bits(0));
        Assert.NotEqual(rng.Fork(0L).Bits(0), rng.Fork(1L).Bits(0));
    }

    [Fact]
    public void Uniform_numbers_have_the_mean_and_variance_of_the_law()
    {
        Rng rng = new(5);
        double[] draws = [.. Enumerable.Range(0, 100_000).Select(i => rng.Uniform((ulong)i))];
        Assert.InRange(draws.Average(), 0.497, 0.503);
        Assert.InRange(draws.Average(u => (u - 0.5) * (u - 0.5)), 1 / 12.0 - 0.001, 1 / 12.0 + 0.001);
        Assert.All(draws, u => Assert.InRange(u, 0, 1 - double.Epsilon));
    }

    [Fact]
    public void Normal_numbers_have_unit_variance()
    {
        Rng rng = new(6);
        double[] draws = [.. Enumerable.Range(0, 50_000).Select(i => (double)rng.Normal((ulong)i))];
        Assert.InRange(draws.Average(), -0.02, 0.02);
        Assert.InRange(draws.Average(x => x * x), 0.97, 1.03);
    }

    [Fact]
    public void Shuffle_keeps_every_item()
    {
        List<int> items = [.. Enumerable.Range(0, 50)];
        new Rng(2).Draw().Shuffle(items);
        Assert.NotEqual(Enumerable.Range(0, 50), items);
        Assert.Equal(Enumerable.Range(0, 50), items.Order());
    }
}
