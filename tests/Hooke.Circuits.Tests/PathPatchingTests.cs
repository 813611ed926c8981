using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class PathPatchingTests : IDisposable
{
    readonly Model _model = Made.Tiny();
    readonly PromptSet _prompts;
    readonly ComponentGraph _graph;

    public PathPatchingTests() => (_prompts, _graph) = (Made.Prompts(_model, [5, 3, 8], seed: 6), new(_model.Config));

    public static TheoryData<string, string> Readers => new()
    {
        { "blocks.1.attn.hook_q:head=1", "a1.h1<q>" },
        { "blocks.1.attn.hook_k:head=0", "a1.h0<k>" },
        { "blocks.1.attn.hook_v:head=1", "a1.h1<v>" },
        { "blocks.0.hook_mlp_in", "m0" },
        { "blocks.1.hook_mlp_in", "m1" },
        { "logits", "logits" },
    };

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_direct_path_is_an_edge_that_is_cut(string address, string reader)
    {
        Receiver receiver = _graph.Receivers.Single(r => r.ToString() == reader);
        using PathPatching paths = new(_model, _prompts);
        IReadOnlyDictionary<Node, double> found = paths.Losses([Address.Parse(address)]);
        using CircuitRunner runner = new(_model, _prompts, _graph);
        double clean = runner.Metric(_graph.Whole).Average(), other = runner.Metric(_graph.Empty).Average();
        Edge[] edges = [.. _graph.Edges.Where(e => e.Target == receiver)];
        Assert.NotEmpty(edges);
        foreach (Edge edge in edges)
        {
            double without = runner.Metric(_graph.Whole.Without(_graph.IndexOf(edge))).Average();
            Assert.Equal((clean - without) / (clean - other), found[edge.Source], 1e-4);
        }
        foreach (Node sender in found.Keys.Except(edges.Select(e => e.Source)))
            Assert.Equal(0, found[sender], 1e-5); // comes after the reader
    }

    [Fact]
    public void Paths_through_mlps_are_counted_where_they_are_asked_for()
    {
        Address reader = Site.Q.At(1).AtHead(0);
        using PathPatching paths = new(_model, _prompts);
        IReadOnlyDictionary<Node, double> direct = paths.Losses([reader]), through = paths.Losses([reader], throughMlps: true);
        Assert.Equal(Cut("m0->a1.h0<q>"), direct[new(ComponentKind.Mlp, 0)], 1e-4);
        Assert.Equal(direct[new(ComponentKind.Mlp, 0)], through[new(ComponentKind.Mlp, 0)], 1e-6);

        // From a head of layer 0 the queries of layer 1 are reached directly and through layer 0's MLP alone: running the
        // model with the head changed gives what they read.
        Node head = new(ComponentKind.Head, 0, 1);
        using Run other = _model.Run(_prompts.Counterfactual, new Plan { Record = [Site.Z.At(0)], LastLogitsOnly = true });
        using Run changed = _model.Run(_prompts.Clean,
            new Plan { Record = [Site.Q.At(1)], Interventions = [new Patch(Site.Z.At(0).AtHead(1), "other")] },
            new Dictionary<string, Recording> { ["other"] = other.Recording });
        using Run heard = _model.Run(_prompts.Clean,
            new Plan { Interventions = [new Patch(reader, "changed")], LastLogitsOnly = true },
            new Dictionary<string, Recording> { ["changed"] = changed.Recording });
        using CircuitRunner runner = new(_model, _prompts, _graph);
        double clean = runner.Metric(_graph.Whole).Average(), unit = clean - runner.Metric(_graph.Empty).Average();
        Assert.Equal((clean - _prompts.Metric(heard).Average()) / unit, through[head], 1e-4);
        Assert.NotEqual(direct[head], through[head], 1e-4);
    }

    [Fact]
    public void Several_readers_hear_at_once()
    {
        using PathPatching paths = new(_model, _prompts);
        Address[] readers = [Site.Q.At(1).AtHead(0), Site.V.At(1).AtHead(0)];
        IReadOnlyDictionary<Node, double> both = paths.Losses(readers);
        Node sender = new(ComponentKind.Input, 0);
        using CircuitRunner runner = new(_model, _prompts, _graph);
        double clean = runner.Metric(_graph.Whole).Average(), unit = clean - runner.Metric(_graph.Empty).Average();
        int[] cut = [Index("input->a1.h0<q>"), Index("input->a1.h0<v>")];
        Circuit without = new(_graph, Enumerable.Range(0, _graph.Edges.Count).Except(cut));
        Assert.Equal((clean - runner.Metric(without).Average()) / unit, both[sender], 1e-4);
        Assert.DoesNotContain(new(ComponentKind.Head, 1, 0), both); // no reader comes after it
    }

    [Fact]
    public void A_model_of_attention_alone_has_paths_and_estimates_too()
    {
        using Model model = Made.Tiny(neurons: 0);
        PromptSet prompts = Made.Prompts(model, [5, 3], seed: 6);
        using PathPatching paths = new(model, prompts);
        IReadOnlyDictionary<Node, double> found = paths.Losses([Site.V.At(1).AtHead(0)]);
        Assert.Equal(["input", "a0.h0", "a0.h1"], found.Keys.Select(n => n.ToString()));
        Assert.Equal(found, paths.Losses([Site.V.At(1).AtHead(0)], throughMlps: true));
        using AttributionPatching estimates = new(model, prompts, Site.Z, Site.K);
        Assert.All(estimates.Corrected(Site.K, Grain.Unit).SelectMany(r => r), size => Assert.True(size > 0));
    }

    [Fact]
    public void What_does_not_read_the_stream_is_refused_by_name()
    {
        using PathPatching paths = new(_model, _prompts);
        void Refused(string reader, string because) => Assert.Contains(because, Assert.Throws<InputException>(
            () => paths.Losses([Address.Parse(reader)])).Message, StringComparison.Ordinal);
        Refused("blocks.1.attn.hook_q", "blocks.1.attn.hook_q is not a reader");
        Refused("blocks.1.hook_resid_pre", "is not a reader");
        Refused("blocks.2.hook_mlp_in", "layers 0..1");
        Refused("blocks.1.attn.hook_k:head=2", "heads 0..1");
        Assert.Contains("needs a reader", Assert.Throws<InputException>(() => paths.Losses([])).Message, StringComparison.Ordinal);
    }

    double Cut(string edge)
    {
        using CircuitRunner runner = new(_model, _prompts, _graph);
        double clean = runner.Metric(_graph.Whole).Average(), unit = clean - runner.Metric(_graph.Empty).Average();
        return (clean - runner.Metric(_graph.Whole.Without(Index(edge))).Average()) / unit;
    }

    int Index(string edge) => Enumerable.Range(0, _graph.Edges.Count).Single(i => _graph.Edges[i].ToString() == edge);
}
