using Hooke.Circuits;

namespace Hooke.Studies.Tests;

public sealed class FigureTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1.5)]
    [InlineData(1024, 10)]
    public void The_logarithm_is_exact_at_powers_of_two_and_straight_between(int count, double expected) =>
        Assert.Equal(expected, Axis.Log(count));

    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(-0.12, 0.31, "−0.1 0 0.1 0.2 0.3")]
    [InlineData(0, 3200, "0 1,000 2,000 3,000")]
    public void Ticks_are_round_numbers_on_the_axis(double from, double to, string expected) => Assert.Equal(
        expected, string.Join(' ', new Axis(from, to, 0, 100).Ticks(5).Select(Axis.Label)));

    [Fact]
    public void A_place_on_an_axis_is_in_proportion_and_stays_on_it()
    {
        Axis axis = new(0, 10, 100, 200);
        Assert.Equal([100.0, 150, 200, 200], new[] { 0.0, 5, 10, 99 }.Select(axis.At));
    }

    [Fact]
    public void A_small_model_is_drawn_whole_and_a_large_one_by_what_is_in_the_circuit()
    {
        DossierCircuit small = Sample.Dossier.Circuit;
        Assert.Equal([0, 1, 2, 3], new CircuitLayout(small).Layers);
        Assert.Equal(4 * 7 + 2 - small.Nodes.Count, new CircuitLayout(small).Idle(small).Count());

        DossierCircuit large = small with { Layers = 48, Heads = 64 };
        CircuitLayout layout = new(large with { Nodes = [.. large.Nodes.Where(node => node.Layer != 2)] });
        Assert.Equal([0, 1, 3], layout.Layers);
        Assert.True(layout.Width < 500);
    }

    [Fact]
    public void Later_layers_stand_above_earlier_ones_and_no_two_components_meet()
    {
        DossierCircuit circuit = Sample.Dossier.Circuit;
        CircuitLayout layout = new(circuit);
        Assert.True(layout["logits"].Y < layout["m3"].Y);
        Assert.True(layout["m3"].Y < layout["a3.h2"].Y);
        Assert.True(layout["a3.h2"].Y < layout["m2"].Y);
        Assert.True(layout["a0.h1"].Y < layout["input"].Y);
        Place[] places = [.. layout.Places];
        for (int i = 0; i < places.Length; i++)
            for (int j = 0; j < i; j++)
                Assert.True(
                    Math.Abs(places[i].X - places[j].X) >= CircuitLayout.NodeWidth
                    || Math.Abs(places[i].Y - places[j].Y) >= CircuitLayout.NodeHeight);
    }

    [Fact]
    public void A_heatmap_writes_what_is_large_enough_to_see()
    {
        Heatmap map = new("m", "s", "c", "layer", "head", ["0"], ["0", "1", "2"], [[0.04, -0.256, 1]]);
        string drawn = HeatmapFigure.Draw(map, 1).ToString();
        Assert.DoesNotContain(">.04<", drawn, StringComparison.Ordinal);
        Assert.Contains(">−.26<", drawn, StringComparison.Ordinal);
        Assert.Contains("Strongest: 1 at layer 0, head 2", drawn, StringComparison.Ordinal);
        Assert.Contains("class=\"neg\" fill-opacity=\"0.26\"", drawn, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a2.h3<q>", "a2.h3", "q")]
    [InlineData("m1", "m1", null)]
    [InlineData("logits", "logits", null)]
    public void An_edge_names_the_input_it_enters_by(string target, string node, string? input)
    {
        DossierEdge edge = new("input", target, 1);
        Assert.Equal((node, input, $"input->{target}"), (edge.TargetNode(), edge.TargetInput(), edge.ToString()));
        Assert.Equal(target, new Receiver(Parsed(node), input is null ? Port.Whole : Port.Query).ToString());

        static Node Parsed(string id) => id switch
        {
            "logits" => new(ComponentKind.Logits, 4),
            "m1" => new(ComponentKind.Mlp, 1),
            _ => new(ComponentKind.Head, 2, 3),
        };
    }
}
