namespace Hooke.Tensors.Tests;

public class ShapeTests
{
    [Theory]
    [InlineData(new[] { 2, 3, 4 }, 24, 6, "[2, 3, 4]"), InlineData(new[] { 5 }, 5, 1, "[5]"), InlineData(new int[0], 1, 1, "[]")]
    [InlineData(new[] { 0, 4 }, 0, 0, "[0, 4]"), InlineData(new[] { 3, 2, 0 }, 0, 6, "[3, 2, 0]"), InlineData(new[] { 0 }, 0, 1, "[0]")]
    public void A_shape_knows_its_elements_rows_and_text(int[] sizes, int count, int rows, string text)
    {
        Shape shape = new(sizes);
        Assert.Equal((sizes.Length, count, rows, text), (shape.Rank, shape.Count, shape.Rows, shape.ToString()));
        Assert.Equal(sizes, shape.Sizes.ToArray());
    }

    [Fact]
    public void Axes_are_counted_from_either_end()
    {
        Shape shape = new(2, 3, 4);
        Assert.Equal((2, 4, 3), (shape[0], shape[^1], shape[^2]));
    }

    [Fact]
    public void Shapes_are_equal_when_their_sizes_are()
    {
        Assert.Equal(new Shape(2, 3), new Shape(2, 3));
        Assert.Equal(new Shape(2, 3).GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.NotEqual(new Shape(2, 3), new Shape(3, 2));
        Assert.NotEqual(new Shape(6), new Shape(6, 1));
        Assert.False(new Shape(6).Equals(null));
    }

    [Theory]
    [InlineData(new[] { -1 }), InlineData(new[] { 0, -1 }), InlineData(new[] { 65_536, 65_536 }), InlineData(new[] { 46_341, 46_341 })]
    [InlineData(new[] { int.MaxValue, int.MaxValue, int.MaxValue })]
    public void A_shape_that_cannot_be_counted_is_refused(int[] sizes) => Assert.Throws<ArgumentException>(() => new Shape(sizes));
}
