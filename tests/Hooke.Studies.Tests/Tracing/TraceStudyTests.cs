using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

/// <summary>What is said of a traced prompt's latents, held against the graph and against the model run anew.</summary>
public sealed class TraceStudyTests
{
    [Fact]
    public void What_a_latent_does_to_logits_is_what_it_writes_through_the_final_norm_and_the_unembedding()
    {
        (int layer, int latent, int width) = (1, 5, Traced.Model.Config.DModel);
        TranscoderSites sites = new(Traced.Model, Traced.Coders);
        using Run run = Traced.Model.Run(new TokenBatch([[.. Traced.Graph.Tokens]]), new Plan { Record = [Site.LnFinalScale.At()] });
        double scale = run[Site.LnFinalScale.At()].Data[^1];
        double[] written = new double[width];
        for (int output = 0; output < sites.Writes(layer).Count; output++)
            for (int i = 0; i < width; i++)
                written[i] += sites.Direction(layer, latent, output)[i];
        double mean = written.Average();
        float[] gain = Traced.Model.Weights["ln_final.w"].Data.ToArray(), unembedding = Traced.Model.Weights["embed.W_E"].Data.ToArray();
        double[] logits = [.. Enumerable.Range(0, Traced.Model.Config.DVocab).Select(token => Enumerable.Range(0, width)
            .Sum(i => (written[i] - mean) / scale * gain[i] * unembedding[(token * width) + i]))];
        double level = logits.Average();
        LatentEffects effects = LatentLogits.Of(Traced.Replacement, [(0, 3), (layer, latent)], logits.Length)[1];
        Assert.All(effects.Promotes, at => Assert.Equal(logits[at.Token] - level, at.Effect, 1e-4));
        Assert.True(logits.Max() - level > 0.01);
    }

    [Fact]
    public void Tokens_are_in_the_order_of_their_effects_and_effects_sum_to_nothing()
    {
        LatentEffects effects = LatentLogits.Of(Traced.Replacement, [(0, 1), (1, 2)], Traced.Model.Config.DVocab)[1];
        Assert.Equal(effects.Promotes.Select(at => at.Effect).OrderDescending(), effects.Promotes.Select(at => at.Effect));
        Assert.Equal(effects.Promotes.Select(at => at.Token).Order(), effects.Suppresses.Select(at => at.Token).Order());
        Assert.Equal(0, effects.Promotes.Average(at => at.Effect), 1e-4);
    }

    [Fact]
    public void Top_examples_are_the_most_active_places_of_the_documents()
    {
        TranscoderSites sites = new(Traced.Model, Traced.Coders);
        ActiveLatent latent = Traced.Replacement.Latents.First(l => l.Layer == 1);
        IReadOnlyList<LatentExample> examples =
            LatentHarvest.Of(sites, Shipped.World, [(1, latent.Index)], documents: 40, most: 3)[(1, latent.Index)];
        float[] best = [.. Enumerable.Range(0, 40).Select(i => MostActive(sites, latent.Index, i)).Where(a => a > 0)
            .OrderDescending().Take(3)];
        Assert.NotEmpty(best);
        Assert.Equal(best, examples.Select(example => example.Activations.Max()));
        Assert.All(examples, example => Assert.Equal(example.Tokens.Count, example.Activations.Count));
    }

    [Fact]
    public void The_files_of_a_traced_prompt_are_the_same_every_time_and_read_back()
    {
        string folder = Directory.CreateTempSubdirectory("hooke-trace-").FullName;
        try
        {
            Traced.Study.Write(folder);
            byte[] graph = File.ReadAllBytes(Path.Combine(folder, "graph.json")), page = File.ReadAllBytes(Path.Combine(folder, "index.html"));
            Traced.Of(Traced.Graph).Write(folder);
            Assert.Equal(graph, File.ReadAllBytes(Path.Combine(folder, "graph.json")));
            Assert.Equal(page, File.ReadAllBytes(Path.Combine(folder, "index.html")));
            GraphFile file = GraphFile.Read(Path.Combine(folder, "graph.json"));
            Assert.Equal(Traced.Graph.Tokens, file.ToGraph().Tokens);
            Assert.Empty(file.Notes);
            Assert.Contains(file.Nodes, node => node.Kind == TraceNodeKind.Bias);
            Assert.All(file.Nodes.Where(node => node.Kind == TraceNodeKind.Latent), node =>
                Assert.NotEmpty(Traced.Study.Details[(node.LayerNumber, file.LatentOf(node)!.Value)].Promotes));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Rows_of_the_file_sum_to_what_the_targets_are()
    {
        GraphFile file = Traced.Study.File;
        AttributionGraph graph = Traced.Graph;
        int[] targets = [.. Enumerable.Range(0, graph.Nodes.Count).Where(i => graph.Nodes[i].Kind == TraceNodeKind.Target)];
        int[] there = [.. Enumerable.Range(0, file.Nodes.Count).Where(i => file.Nodes[i].Kind == TraceNodeKind.Target)];
        for (int t = 0; t < targets.Length; t++)
            Assert.Equal(graph.SumOf(targets[t]), file.Links.Where(link => link.Target == there[t]).Sum(link => link.Weight), 1e-3);
    }

    [BrowserFact]
    public void In_a_browser_a_traced_prompt_has_examples_and_logits()
    {
        GraphFile file = Traced.Study.File;
        GraphFileNode latent = file.Nodes.Where(node => node.Kind == TraceNodeKind.Latent).MinBy(node => node.Influence)!;
        string document = Browser.Open(TracePage.Render(file, Traced.Study.Details), "#clickedId=" + latent.Id);
        string inspector = Browser.TextOf(document, "inspector");
        Assert.Contains("Logits it raises", inspector, StringComparison.Ordinal);
        Assert.Contains("Inputs (", inspector, StringComparison.Ordinal);
        Assert.Contains("class=\"ready\"", document, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The capital of France is", "the-capital-of-france-is-")]
    [InlineData("../..\u0000<é>", "")]
    public void A_slug_is_a_file_name_and_tells_prompts_apart(string prompt, string start)
    {
        string slug = TraceStudy.Slug(prompt, "m");
        Assert.Matches("^[a-z0-9-]+$", slug);
        Assert.StartsWith(start, slug, StringComparison.Ordinal);
        Assert.NotEqual(slug, TraceStudy.Slug(prompt + " ", "m"));
        Assert.Equal(slug, TraceStudy.Slug(prompt, "m"));
    }

    // The activation by a dense encoder, over one document alone.
    static float MostActive(TranscoderSites sites, int latent, int document)
    {
        int[] tokens = sites.Model.Tokenizer.Encode(Shipped.World.Document(LatentHarvest.Seed, document));
        using Run run = sites.Model.Run(new TokenBatch([tokens]), new Plan { Record = [sites.Read(1)] });
        SparseCoder coder = sites.Transcoders.Coders[1];
        using Tensor latents = coder.Encode(run[sites.Read(1)]);
        return Enumerable.Range(1, tokens.Length - 1).Max(p => latents.Data[(p * coder.Config.NLatents) + latent]);
    }
}
