using Hooke.Tensors;

namespace Hooke.Studies.Tests;

public class FeatureGroupTests
{
    const double Third = 0.57735026918962573; // 1/√3

    public static TheoryData<string, double[][]> Shapes => new()
    {
        { "alone", [[1]] },
        { "digon", [[1], [-1]] },
        { "triangle", Polygon(3) },
        { "pentagon", Polygon(5) },
        { "hexagon", Polygon(6) },
        { "tetrahedron", [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]] },
        { "square antiprism", Antiprism() },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shape_is_told_by_its_cosines_and_gives_each_vertex_its_share(string name, double[][] vertices)
    {
        using ToyModel model = Model(vertices);
        FeatureGroup group = Assert.Single(FeatureGroup.Of(model));
        Assert.Equal((name, vertices[0].Length), (group.Shape?.Name, group.Dimensions));
        Assert.All(ToyMeasures.Of(model).Dimensionalities, d => Assert.Equal(group.Shape!.Dimensionality, d, 1e-5));
    }

    [Fact]
    public void A_shape_that_is_bent_out_of_tolerance_has_no_name()
    {
        double[][] pentagon = Polygon(5);
        pentagon[0] = pentagon[1];
        using ToyModel model = Model(pentagon);
        Assert.Null(Assert.Single(FeatureGroup.Of(model)).Shape);
    }

    [Fact]
    public void Orthogonal_shapes_are_groups_of_their_own_and_short_directions_in_none()
    {
        using ToyModel model = Model([[1, 0, 0, 0], [0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0.1, 0.1], [0, -1, 0, 0], [0, 0, 0, 1]]);
        IReadOnlyList<FeatureGroup> groups = FeatureGroup.Of(model);
        Assert.Equal(["digon", "digon", "alone"], groups.Select(group => group.Shape?.Name));
        Assert.Equal([[0, 2], [1, 4], [5]], groups.Select(group => group.Features));
    }

    static double[][] Polygon(int corners) =>
    [
        .. Enumerable.Range(0, corners).Select(i =>
            new[] { Math.Cos(2 * Math.PI * i / corners), Math.Sin(2 * Math.PI * i / corners) }),
    ];

    static double[][] Antiprism()
    {
        double radius = Math.Sqrt(2.0 / 3);
        return
        [
            .. Enumerable.Range(0, 8).Select(i => new[]
            {
                radius * Math.Cos(Math.PI * i / 4), radius * Math.Sin(Math.PI * i / 4), i % 2 == 0 ? Third : -Third,
            }),
        ];
    }

    static ToyModel Model(double[][] vertices)
    {
        Tensor weight = Tensor.Zeros(vertices[0].Length, vertices.Length);
        for (int i = 0; i < vertices.Length; i++)
            for (int k = 0; k < vertices[0].Length; k++)
                weight.Data[(k * vertices.Length) + i] = (float)vertices[i][k];
        return new(weight, Tensor.Zeros(vertices.Length));
    }
}
