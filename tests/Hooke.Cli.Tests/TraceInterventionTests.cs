using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli.Tests;

/// <summary>Graphs validated, edges and attention divided up, and latents set, through the program as a user would.</summary>
public sealed class TraceInterventionTests : IDisposable
{
    const string Prompt = "The capital of the country with the Garu abbey is";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_graph_is_validated_edge_by_edge_and_a_wrong_edge_in_its_file_is_named()
    {
        string set = Transcoders(layers: 4), file = GraphFile(set);
        JsonElement right = Hooke.Run("trace", "validate", file, "--transcoders", set, "--json").Json;
        JsonElement frozen = right.GetProperty("frozen");
        Assert.Equal(0, frozen.GetProperty("disagreeing").GetInt32());
        Assert.InRange(frozen.GetProperty("edges").GetInt32(), 10, 10_000);
        Assert.Equal(1, right.GetProperty("groups").GetInt32());
        JsonElement[] edges = [.. right.GetProperty("edges").EnumerateArray()];
        Assert.Contains(edges, e => e.GetProperty("is_group").GetBoolean()
            && e.GetProperty("source").GetString() == "two latents");
        Assert.Contains(edges, e => e.GetProperty("is_control").GetBoolean());
        Assert.Equal(14, right.GetProperty("coverage").GetArrayLength());

        JsonNode graph = JsonNode.Parse(File.ReadAllText(file))!;
        HashSet<string> latents = [.. graph["nodes"]!.AsArray().Where(n => n!["activation"] is not null)
            .Select(n => n!["node_id"]!.GetValue<string>())];
        JsonNode link = graph["links"]!.AsArray().First(l => latents.Contains(l!["source"]!.GetValue<string>())
            && latents.Contains(l["target"]!.GetValue<string>()))!;
        link["weight"] = link["weight"]!.GetValue<double>() + 1;
        File.WriteAllText(file, graph.ToJsonString());
        Outcome wrong = Hooke.Run("trace", "validate", file, "--transcoders", set);
        Assert.Equal((1, ""), (wrong.Code, wrong.Error));
        Assert.All(["disconfirmed", "edge that is not the frozen model's", "taken out"],
            word => Assert.Contains(word, wrong.Out, StringComparison.Ordinal));
    }

    [Fact]
    public void An_edge_and_an_attention_score_are_sums_of_what_is_printed()
    {
        string set = Transcoders(layers: 4);
        JsonElement attention = Hooke.Run(
            "trace", "attention", Prompt, "--transcoders", set, "--head", "2.1", "--key", "-2", "--json").Json;
        double score = attention.GetProperty("score").GetDouble();
        Assert.All(["by_query", "by_key"], side => Assert.Equal(
            score, attention.GetProperty(side).EnumerateArray().Sum(p => p.GetProperty("value").GetDouble()), 1e-3));
        string latent = attention.GetProperty("by_key").EnumerateArray().Select(p => p.GetProperty("node").GetString()!)
            .First(name => char.IsDigit(name[0]) && !name.Contains("error", StringComparison.Ordinal));
        JsonElement heads = Hooke.Run(
            "trace", "heads", Prompt, "--transcoders", set, "--edge", latent, "logit: Paris", "--json").Json;
        double weight = heads.GetProperty("weight").GetDouble(), direct = heads.GetProperty("direct").GetDouble();
        Assert.All(["first", "last"], side => Assert.Equal(weight, direct + heads.GetProperty("heads").EnumerateArray()
            .Sum(h => h.GetProperty(side).GetDouble()), 1e-4));

        JsonElement changed = Hooke.Run("trace", "intervene", Prompt, "--transcoders", set, "--set",
            $"{latent}=20", "--tokens", "2", "--json").Json;
        Assert.Contains(changed.GetProperty("next").EnumerateArray(), t =>
            Math.Abs(t.GetProperty("before").GetDouble() - t.GetProperty("after").GetDouble()) > 0.01);
        Assert.NotEqual("", changed.GetProperty("changed_text").GetString());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        string set = Transcoders(layers: 4), other = Transcoders(layers: 3);
        string[] heads = ["trace", "heads", Prompt, "--transcoders", set, "--edge"];
        Hooke.Run("trace", "validate", Prompt, "--transcoders", other).RefusedWith("3 layers", "the model has 4");
        Hooke.Run("trace", "validate", _folder["none.json"], "--transcoders", set).RefusedWith("there is no graph");
        Hooke.Run("trace", "validate", Prompt, "--transcoders", _folder["none"]).RefusedWith("no dictionary");
        Hooke.Run([.. heads, "0.127@0.5", "logit: Paris"]).RefusedWith("is not a node");
        Hooke.Run([.. heads, "0.900@3", "logit: Paris"]).RefusedWith("0.900 is not active at position 3");
        Hooke.Run([.. heads, "token@99", "logit: Paris"]).RefusedWith("position 99");
        Hooke.Run("trace", "attention", Prompt, "--transcoders", set, "--head", "9.0", "--key", "1").RefusedWith("no head 9.0");
        Hooke.Run("trace", "attention", Prompt, "--transcoders", set, "--head", "1.0", "--query", "1", "--key", "3")
            .RefusedWith("does not see");
        Hooke.Run("trace", "intervene", Prompt, "--transcoders",
            set, "--set", "0.1@3").RefusedWith("layer.latent@positions=value");
        Hooke.Run("trace", "intervene", Prompt, "--transcoders",
            set, "--set", "0.1@3=1", "--hold", "2..9").RefusedWith("layers 0..3");
    }

    // A traced graph of the prompt with one group of two latents, as a file.
    string GraphFile(string transcoders)
    {
        using Model model = Model.Load(Hooke.ShippedModel);
        using CoderSet set = CoderSet.Load(transcoders);
        int[] tokens = model.Tokenizer.Encode(Prompt);
        using LocalReplacement replacement = new(model, set, tokens);
        PrunedGraph pruned = new(Tracer.Trace(replacement, new() { Targets = TraceTarget.Likeliest(replacement) }), 0.97, 0.99);
        int[] latents = [.. Enumerable.Range(0, pruned.Graph.Nodes.Count).Where(n => pruned.HasNode(n)
            && pruned.Graph.Nodes[n].Kind == TraceNodeKind.Latent).Take(2)];
        Circuits.GraphFile.Of(pruned, new GraphFileAbout
        {
            Slug = "garu",
            Scan = "tinyworld",
            Prompt = Prompt,
            TokenTexts = [.. tokens.Select(model.Tokenizer.TokenText)],
            Layers = 4,
            VocabularySize = model.Config.DVocab,
            TextOf = model.Tokenizer.TokenText,
            Groups = [("two latents", latents)],
        }).Write(_folder["graph.json"]);
        return _folder["graph.json"];
    }

    // A cross-layer transcoder of random weights for a model of so many layers.
    string Transcoders(int layers)
    {
        const int Width = 128, Latents = 96;
        Rng rng = new(5);
        Tensor Normal(string what, float size, params ReadOnlySpan<int> shape)
        {
            Tensor tensor = Tensor.Zeros(shape);
            for (int i = 0; i < tensor.Shape.Count; i++)
                tensor.Data[i] = size * rng.Fork(what).Normal((ulong)i);
            return tensor;
        }

        using CoderSet set = new([.. Enumerable.Range(0, layers).Select(layer => new SparseCoder(
            new CoderConfig
            {
                Kind = CoderKind.Relu,
                Inputs = [new($"blocks.{layer}.ln2.hook_normalized", Width)],
                Outputs = [.. Enumerable.Range(layer, layers - layer).Select(l => new CoderSite($"blocks.{l}.hook_mlp_out",
                    Width))],
                NLatents = Latents,
                IsTranscoder = true,
            },
            new CoderWeights
            {
                Encoder = Normal($"encoder {layer}", 0.08f, Width, Latents),
                EncoderBias = Normal($"encoder bias {layer}", 0.3f, Latents),
                Decoders = [.. Enumerable.Range(layer, layers - layer).Select(l => new CoderDecoder
                {
                    Weight = Normal($"decoder {layer} {l}", 0.05f, Latents, Width),
                    Bias = l == layer ? Normal($"bias {layer}", 0.05f, Width) : null,
                })],
            }))]);
        string folder = _folder[$"set-{layers}"];
        set.Save(folder, "circuit-tracer-clt");
        return folder;
    }
}
