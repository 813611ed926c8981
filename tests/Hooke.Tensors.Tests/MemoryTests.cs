namespace Hooke.Tensors.Tests;

// Counts what all tests together hold, so it runs while no other does.
[Collection(nameof(ThreadCount))]
public class MemoryTests
{
    [Fact]
    public void A_disposed_tape_has_given_all_its_memory_back()
    {
        long before = Settled();
        using (Tensor x = Random(1, 2, 5, 16), weight = Random(2, 16, 16), gain = Random(3, 16))
        {
            long inputs = Storage.RentedBytes;
            using (Tape tape = new())
            {
                tape.Watch(x);
                tape.Watch(weight);
                tape.Watch(gain);
                using Tensor loss = Block(x, weight, gain);
                foreach (Tensor gradient in tape.Gradients(loss, null, x, weight, gain))
                    gradient.Dispose();
                Assert.True(Storage.RentedBytes > inputs);
            }
            Assert.Equal(inputs, Storage.RentedBytes);
        }
        Assert.Equal(before, Storage.RentedBytes);
    }

    [Fact]
    public void Without_a_tape_nothing_is_kept()
    {
        long before = Settled();
        using (Tensor x = Random(1, 2, 5, 16), weight = Random(2, 16, 16), gain = Random(3, 16))
            Block(x, weight, gain).Dispose();
        Assert.Equal(before, Storage.RentedBytes);
    }

    [Fact]
    public void An_optimiser_gives_its_moments_back()
    {
        long before = Settled();
        using (Tensor weight = Random(1, 8, 8))
        using (AdamW optimiser = new([weight], new AdamWSettings()))
            optimiser.Step([weight], 0.1f);
        Assert.Equal(before, Storage.RentedBytes);
    }

    [Fact]
    public void Memory_of_a_tensor_that_nobody_disposed_comes_back_in_time()
    {
        long before = Settled();
        LoseOne();
        Assert.Equal(before, Settled());
    }

    [Fact]
    public void Blocks_are_aligned_and_used_again()
    {
        Settled();
        Storage first = Storage.Rent(1000);
        nint address = Address(first);
        Assert.Equal(0, address % 64);
        first.Dispose();
        Storage second = Storage.Rent(1001); // of the same size class
        Assert.Equal(address, Address(second));
        second.Dispose();
    }

    [Fact]
    public void A_shared_block_is_held_until_its_last_reference_goes()
    {
        long before = Settled();
        Storage storage = Storage.Rent(100);
        Storage again = storage.Share();
        Assert.True(storage.IsShared);
        storage.Dispose();
        Assert.True(Storage.RentedBytes > before);
        Assert.False(again.IsShared);
        again.Dispose();
        Assert.Equal(before, Storage.RentedBytes);
    }

    static Tensor Block(Tensor x, Tensor weight, Tensor gain)
    {
        using Tensor scale = Ops.NormScale(x, 1e-5f, true), normed = Ops.NormApply(x, scale, gain, null, true);
        using Tensor flat = Ops.MatMul(normed, weight), heads = flat.Reshape(2, 5, 4, 4);
        using Tensor scores = Ops.AttentionScores(heads, heads, 0.5f), pattern = Ops.Softmax(scores);
        using Tensor mixed = Ops.AttentionMix(pattern, heads), together = mixed.Reshape(2, 5, 16);
        using Tensor out1 = Ops.MatMul(together, weight, transposed: true), sum = Ops.Add(x, out1);
        using Tensor hidden = Ops.MatMul(sum, weight), active = Ops.Activate(hidden, Activation.GeluTanh);
        using Tensor logits = Ops.AddRow(active, gain);
        return Ops.CrossEntropy(logits, [1, 2, 3, 4, -1, 6, 7, 8, 9, 10]);
    }

    static unsafe nint Address(Storage storage) => (nint)storage.Pointer;

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static void LoseOne() => Assert.Equal(0, Tensor.Zeros(10, 10).Data[5]);

    static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Storage.RentedBytes;
    }

    static Tensor Random(ulong stream, params int[] shape)
    {
        Tensor x = Tensor.Zeros(shape);
        for (int i = 0; i < x.Shape.Count; i++)
            x.Data[i] = new Rng(31, stream).Normal((ulong)i);
        return x;
    }
}
