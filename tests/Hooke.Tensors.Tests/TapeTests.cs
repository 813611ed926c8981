namespace Hooke.Tensors.Tests;

public class TapeTests
{
    [Fact]
    public void A_tensor_used_twice_gets_the_sum_of_both_gradients()
    {
        using Tensor x = Tensor.From([1, -2, 3], 3);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor square = Ops.Multiply(x, x), y = Ops.Add(square, x), gradient = tape.Gradients(y, null, x)[0];
        Assert.Equal([3f, -3f, 7f], gradient.Data.ToArray()); // 2x + 1
    }

    [Fact]
    public void A_diamond_of_uses_adds_up_every_way_through()
    {
        using Tensor x = Tensor.From([2], 1);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor left = Ops.Add(x, x), right = Ops.Multiply(x, x);
        using Tensor both = Ops.Add(left, right), again = Ops.Add(both, left), y = Ops.Multiply(again, both);
        // y = (4x + x²)(2x + x²): y′ = (4 + 2x)(2x + x²) + (4x + x²)(2 + 2x)
        using Tensor gradient = tape.Gradients(y, null, x)[0];
        Assert.Equal(8 * 8 + 12 * 6, gradient.Data[0]);
    }

    [Fact]
    public void One_gradient_shared_by_two_inputs_is_not_written_over()
    {
        using Tensor a = Tensor.From([1, 2], 2), b = Tensor.From([3, 4], 2);
        using Tape tape = new();
        tape.Watch(a);
        tape.Watch(b);
        using Tensor sum = Ops.Add(a, b), twice = Ops.Add(sum, sum), y = Ops.Add(twice, a);
        Tensor[] gradients = tape.Gradients(y, null, a, b, sum, y);
        Assert.Equal([3f, 3f], gradients[0].Data.ToArray());
        Assert.Equal([2f, 2f], gradients[1].Data.ToArray());
        Assert.Equal([2f, 2f], gradients[2].Data.ToArray());
        Assert.Equal([1f, 1f], gradients[3].Data.ToArray());
        gradients[3].Data.Fill(9);
        Assert.Equal([3f, 3f], gradients[0].Data.ToArray());
    }

    [Fact]
    public void A_reshaped_tensor_shares_its_gradient()
    {
        using Tensor x = Tensor.From([1, 2, 3, 4, 5, 6], 2, 3);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor flat = x.Reshape(6), weights = Tensor.From([1, 10, 100, 1000, 10_000, 100_000], 6);
        using Tensor products = Ops.Multiply(flat, weights), matrix = products.Reshape(3, 2), y = Ops.Add(matrix, matrix);
        Tensor[] gradients = tape.Gradients(y, null, x, flat, products, matrix);
        float[] expected = [2, 20, 200, 2000, 20_000, 200_000];
        Assert.Equal(expected, gradients[0].Data.ToArray());
        Assert.Equal(expected, gradients[1].Data.ToArray());
        Assert.Equal([.. Enumerable.Repeat(2f, 6)], gradients[2].Data.ToArray());
        Assert.Equal([new(2, 3), new(6), new(6), new Shape(3, 2)], gradients.Select(g => g.Shape));
    }

    [Fact]
    public void Gradients_of_one_tape_can_be_had_again_and_of_another_result()
    {
        using Tensor x = Tensor.From([2, 3], 2), seed = Tensor.From([1, 0], 2);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor square = Ops.Multiply(x, x), cube = Ops.Multiply(square, x);
        Assert.Equal([12f, 27f], tape.Gradients(cube, null, x)[0].Data.ToArray());
        Assert.Equal([4f, 6f], tape.Gradients(square, null, x)[0].Data.ToArray());
        Assert.Equal([12f, 0f], tape.Gradients(cube, seed, x)[0].Data.ToArray());
        Assert.Equal([12f, 27f], tape.Gradients(cube, null, x)[0].Data.ToArray());
    }

    [Fact]
    public void A_gradient_with_respect_to_what_lies_between_stops_there()
    {
        using Tensor x = Tensor.From([2, 3], 2);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor square = Ops.Multiply(x, x), y = Ops.Multiply(square, square);
        Tensor[] gradients = tape.Gradients(y, null, square, x, y);
        Assert.Equal([8f, 18f], gradients[0].Data.ToArray());
        Assert.Equal([32f, 108f], gradients[1].Data.ToArray());
        Assert.Equal([1f, 1f], gradients[2].Data.ToArray());
    }

    [Fact]
    public void A_leaf_is_its_own_result()
    {
        using Tensor x = Tensor.From([2, 3], 2), seed = Tensor.From([5, 7], 2);
        using Tape tape = new();
        tape.Watch(x);
        Assert.Equal([5f, 7f], tape.Gradients(x, seed, x)[0].Data.ToArray());
    }

    [Fact]
    public void A_tensor_asked_for_twice_gets_two_tensors()
    {
        using Tensor x = Tensor.From([2], 1);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.Multiply(x, x);
        Tensor[] gradients = tape.Gradients(y, null, x, x);
        gradients[0].Dispose();
        Assert.Equal(4, gradients[1].Data[0]);
    }

    [Fact]
    public void What_depends_on_nothing_watched_is_not_recorded()
    {
        using Tensor frozen = Tensor.From([2], 1), x = Tensor.From([3], 1);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor constant = Ops.Multiply(frozen, frozen);
        Assert.False(constant.IsFollowed);
        Assert.False(constant.IsShared); // nor kept
        Assert.False(frozen.IsShared);
        using Tensor y = Ops.Multiply(constant, x);
        Assert.True(y.IsFollowed);
        Assert.Throws<ArgumentException>(() => tape.Gradients(y, null, frozen));
    }

    [Fact]
    public void Nothing_is_recorded_once_the_tape_is_disposed()
    {
        using Tensor x = Tensor.From([3], 1);
        using (Tape tape = new())
        {
            tape.Watch(x);
            Assert.True(x.IsFollowed);
        }
        Assert.False(x.IsFollowed);
        using Tensor y = Ops.Multiply(x, x);
        Assert.False(y.IsFollowed);
        Assert.False(x.IsShared);
    }

    [Fact]
    public void Going_backwards_is_not_recorded()
    {
        using Tensor x = Tensor.From([3], 1);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.Multiply(x, x), gradient = tape.Gradients(y, null, x)[0];
        Assert.False(gradient.IsFollowed);
        Assert.True(y.IsFollowed); // and recording goes on afterwards
    }

    [Fact]
    public void An_inner_tape_records_for_itself_and_then_the_outer_one_goes_on()
    {
        using Tensor x = Tensor.From([3], 1);
        using Tape outer = new();
        outer.Watch(x);
        using Tensor square = Ops.Multiply(x, x);
        using (Tape inner = new())
        {
            using Tensor copy = square.Clone();
            inner.Watch(copy);
            using Tensor z = Ops.Multiply(copy, copy);
            Assert.Equal(18, inner.Gradients(z, null, copy)[0].Data[0]);
            Assert.Throws<ArgumentException>(() => inner.Gradients(z, null, x));
            Assert.Throws<ArgumentException>(() => outer.Gradients(z, null, copy));
        }
        using Tensor y = Ops.Multiply(square, x);
        Assert.Equal(27, outer.Gradients(y, null, x)[0].Data[0]);
    }

    [Fact]
    public void A_tape_disposed_before_an_inner_one_is_never_active_again()
    {
        using Tensor x = Tensor.From([3], 1);
        Tape outer = new(), inner = new();
        outer.Watch(x);
        outer.Dispose();
        inner.Dispose();
        using Tensor y = Ops.Multiply(x, x);
        Assert.False(y.IsFollowed);
        Assert.False(x.IsShared);
    }

    [Fact]
    public void A_tape_is_of_the_thread_that_made_it()
    {
        using Tensor x = Tensor.From([3], 1);
        using Tape tape = new();
        tape.Watch(x);
        bool elsewhere = true;
        Thread other = new(() =>
        {
            using Tensor y = Ops.Multiply(x, x);
            elsewhere = y.IsFollowed;
        });
        other.Start();
        other.Join();
        Assert.False(elsewhere);
    }

    [Fact]
    public void The_tape_keeps_what_it_needs_when_tensors_are_disposed()
    {
        using Tensor x = Tensor.From([1, 2, 3, 4], 4);
        using Tape tape = new();
        tape.Watch(x);
        Tensor square = Ops.Multiply(x, x), cube = Ops.Multiply(square, x), y = Ops.Add(cube, square);
        square.Dispose();
        cube.Dispose();
        for (int i = 0; i < 50; i++) // what was given back by mistake would be written over
        {
            using Tensor other = Tensor.From([99, 99, 99, 99], 4);
            Assert.Equal(99, other.Data[0]);
        }
        Assert.Equal([5f, 16f, 33f, 56f], tape.Gradients(y, null, x)[0].Data.ToArray()); // 3x² + 2x
    }

    [Fact]
    public void What_the_result_does_not_depend_on_has_a_gradient_of_noughts()
    {
        using Tensor x = Tensor.From([1, 2], 2), unused = Tensor.From([1, 2, 3], 3), constant = Tensor.From([1], 1);
        using Tape tape = new();
        tape.Watch(x);
        tape.Watch(unused);
        using Tensor y = Ops.Multiply(x, x), aside = Ops.Add(x, x);
        Assert.Equal(new float[3], tape.Gradients(y, null, unused)[0].Data.ToArray());
        Assert.Equal(new float[2], tape.Gradients(y, null, aside)[0].Data.ToArray());
        Assert.Equal(new float[2], tape.Gradients(constant, null, x)[0].Data.ToArray());
    }

    [Fact]
    public void Foreign_tensors_wrong_seeds_and_ended_tapes_are_refused()
    {
        using Tensor x = Tensor.From([1, 2], 2), foreign = Tensor.From([1, 2], 2), seed = Tensor.From([1], 1);
        Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.Multiply(x, x);
        Assert.Contains("watch it first", Assert.Throws<ArgumentException>(() => tape.Gradients(y, null, foreign)).Message, StringComparison.Ordinal);
        Assert.Contains("[1]", Assert.Throws<ArgumentException>(() => tape.Gradients(y, seed, x)).Message, StringComparison.Ordinal);
        tape.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tape.Gradients(y, null, x));
    }
}
