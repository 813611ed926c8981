namespace Hooke.Tensors.Tests;

public class TensorTests
{
    [Fact]
    public void A_tensor_holds_a_copy_of_what_it_is_made_from()
    {
        float[] values = [1, 2, 3, 4];
        using Tensor x = Tensor.From(values, 2, 2);
        values[0] = 9;
        Assert.Equal([1f, 2f, 3f, 4f], x.Data.ToArray());
    }

    [Fact]
    public void Zeros_are_zeros_even_in_memory_used_before()
    {
        using (Tensor used = Tensor.From([1, 2, 3], 3))
            Assert.Equal(1, used.Data[0]);
        using Tensor zeros = Tensor.Zeros(3);
        Assert.Equal([0f, 0f, 0f], zeros.Data.ToArray());
    }

    [Fact]
    public void A_scalar_and_an_empty_tensor_are_tensors()
    {
        using Tensor scalar = Tensor.From([5]), empty = Tensor.Zeros(0, 3);
        Assert.Equal((0, 5f), (scalar.Shape.Rank, scalar.Data[0]));
        Assert.True(empty.Data.IsEmpty);
        using Tensor sum = Ops.Add(empty, empty), soft = Ops.Softmax(empty);
        Assert.True(sum.Data.IsEmpty && soft.Data.IsEmpty);
    }

    [Fact]
    public void A_reshaped_or_shared_tensor_sees_the_same_memory_and_a_clone_does_not()
    {
        using Tensor x = Tensor.From([1, 2, 3, 4, 5, 6], 2, 3);
        using Tensor flat = x.Reshape(6), shared = x.Share(), clone = x.Clone();
        x.Data[4] = 50;
        Assert.Equal((50f, 50f, 5f), (flat.Data[4], shared.Data[4], clone.Data[4]));
    }

    [Fact]
    public void Memory_lives_as_long_as_one_handle_does()
    {
        Tensor x = Tensor.From([1, 2, 3], 3);
        using Tensor view = x.Reshape(3, 1);
        x.Dispose();
        x.Dispose(); // twice does no harm
        using Tensor other = Tensor.From([7, 8, 9], 3);
        Assert.Equal([1f, 2f, 3f], view.Data.ToArray());
    }

    [Fact]
    public void A_disposed_tensor_cannot_be_used()
    {
        Tensor x = Tensor.From([1, 2], 2);
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => x.Data[0]);
        Assert.Throws<ObjectDisposedException>(() => x.Reshape(2));
        Assert.Throws<ObjectDisposedException>(() => x.Share());
        Assert.Throws<ObjectDisposedException>(() => x.Clone());
        Assert.Throws<ObjectDisposedException>(() => Ops.Add(x, x));
    }

    [Fact]
    public void Values_that_do_not_fill_a_shape_and_shapes_of_another_size_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Tensor.From([1, 2, 3], 2, 2));
        using Tensor x = Tensor.Zeros(2, 3);
        Assert.Contains("[2, 3] cannot be seen as [4]", Assert.Throws<ArgumentException>(() => x.Reshape(4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_stays_one_when_it_is_seen_with_another_shape()
    {
        using Tensor x = Tensor.Zeros(2, 3).AsConstant(), view = x.Reshape(3, 2), clone = x.Clone();
        Assert.True(x.IsConstant && view.IsConstant);
        Assert.False(clone.IsConstant);
    }

    [Fact]
    public void The_text_gives_shape_and_first_elements()
    {
        using Tensor x = Tensor.From([1, 2.5f], 2), y = Tensor.Zeros(9);
        Assert.Equal("[2] 1 2.5", x.ToString());
        Assert.EndsWith("…", y.ToString(), StringComparison.Ordinal);
    }
}
