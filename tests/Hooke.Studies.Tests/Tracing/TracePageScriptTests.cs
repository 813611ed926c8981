using System.Text.Json;
using Hooke.Circuits;

namespace Hooke.Studies.Tests;

/// <summary>What the page computes in a browser is what Hooke computes.</summary>
public sealed class TracePageScriptTests
{
    [BrowserFact]
    public void In_a_browser_pruning_keeps_what_Hooke_keeps()
    {
        (double, double)[] thresholds = [(1, 1), (0.8, 0.98), (0.6, 0.9), (0.3, 0.5)];
        GraphFile[] files = [.. Enumerable.Range(1, 6).Select(seed => SampleGraph.Unranked(SampleGraph.File(SampleGraph.Of((ulong)seed))))];
        JsonElement said = Run(files, """
            graphs.map(graph => THRESHOLDS.map(([n, l]) => {
              const kept = prune(graph, n, l), free = i => !isConstant(graph.nodes[i]);
              return {
                nodes: graph.nodes.filter(node => kept.nodes[node.i] && free(node.i)).map(node => node.id),
                links: [...kept.links.keys()].filter(k => kept.links[k] && free(graph.source[k]))
                  .map(k => graph.nodes[graph.source[k]].id + ">" + graph.nodes[graph.target[k]].id),
              };
            }))
            """.Replace("THRESHOLDS", "[[1,1],[0.8,0.98],[0.6,0.9],[0.3,0.5]]", StringComparison.Ordinal));
        HashSet<int> sizes = [];
        for (int g = 0; g < files.Length; g++)
            for (int t = 0; t < thresholds.Length; t++)
            {
                PrunedGraph pruned = new(files[g].ToGraph(), thresholds[t].Item1, thresholds[t].Item2);
                string IdOf(int node) => files[g].Nodes[node].Id;
                string[] nodes = [.. Enumerable.Range(0, files[g].Nodes.Count).Where(pruned.HasNode).Select(IdOf)];
                string[] links = [.. Enumerable.Range(0, files[g].Nodes.Count).SelectMany(target => Kept(pruned, target)
                    .Select(source => $"{IdOf(source)}>{IdOf(target)}"))];
                Assert.Equal(nodes.Order(), Strings(said[g][t].GetProperty("nodes")).Order());
                Assert.Equal(links.Order(), Strings(said[g][t].GetProperty("links")).Order());
                sizes.Add(links.Length);
            }
        Assert.True(sizes.Count > 12); // the thresholds do prune
    }

    [BrowserFact]
    public void In_a_browser_a_files_own_ranking_prunes_as_Hooke_does()
    {
        (double, double)[] thresholds = [(0.8, 0.98), (0.5, 0.9)];
        AttributionGraph[] graphs = [.. Enumerable.Range(11, 4).Select(seed => SampleGraph.File(SampleGraph.Of((ulong)seed)).ToGraph())];
        JsonElement said = Run(graphs.Select(graph => SampleGraph.File(graph)), """
            graphs.map(graph => [[0.8, 0.98], [0.5, 0.9]].map(([n, l]) => {
              const kept = prune(graph, n, l);
              return graph.nodes.filter(node => kept.nodes[node.i] && !isConstant(node)).map(node => node.id);
            }))
            """);
        for (int g = 0; g < graphs.Length; g++)
            for (int t = 0; t < thresholds.Length; t++)
            {
                PrunedGraph pruned = new(graphs[g], thresholds[t].Item1, thresholds[t].Item2);
                string[] ids = [.. GraphFile.Of(pruned, SampleGraph.About()).Nodes
                    .Where(node => node.Kind is not (TraceNodeKind.Bias or TraceNodeKind.Remainder)).Select(node => node.Id)];
                Assert.Equal(ids.Order(), Strings(said[g][t]).Order());
                Assert.True(ids.Length < graphs[g].Nodes.Count - 3);
            }
    }

    [BrowserFact]
    public void In_a_browser_influence_and_neighbours_are_Hookes()
    {
        AttributionGraph graph = SampleGraph.Of(9);
        GraphFile file = SampleGraph.Unranked(SampleGraph.File(graph));
        JsonElement said = Run([file], """
            graphs.map(graph => ({
              influence: [...influenceOf(graph, targetsFirst(graph), graph.nodes.map(node => !isConstant(node)))],
              inputs: graph.nodes.map(node => neighbours(graph, { links: graph.weight.map(() => 1) }, node.i, "in").map(l => l.node)),
              outputs: graph.nodes.map(node => neighbours(graph, { links: graph.weight.map(() => 1) }, node.i, "out").map(l => l.weight)),
            }))
            """)[0];
        AttributionGraph whole = file.ToGraph();
        double[] influence = GraphInfluence.Of(whole);
        for (int node = 0; node < influence.Length; node++)
        {
            Assert.Equal(influence[node], said.GetProperty("influence")[node].GetDouble(), 1e-12);
            int[] inputs = [.. file.Links.Where(link => link.Target == node)
                .OrderByDescending(link => Math.Abs(link.Weight)).ThenBy(link => link.Source).Select(link => link.Source)];
            Assert.Equal(inputs, said.GetProperty("inputs")[node].EnumerateArray().Select(i => i.GetInt32()));
            double[] outputs = [.. file.Links.Where(link => link.Source == node)
                .OrderByDescending(link => Math.Abs(link.Weight)).ThenBy(link => link.Target).Select(link => link.Weight)];
            Assert.Equal(outputs, said.GetProperty("outputs")[node].EnumerateArray().Select(w => w.GetDouble()));
        }
    }

    [BrowserFact]
    public void In_a_browser_groups_survive_the_address_and_the_download_and_their_links_are_sums()
    {
        GraphFile file = SampleGraph.File(SampleGraph.Of(3));
        JsonElement said = Run([file], """
            graphs.map(graph => {
              const groups = [{ name: "a \"<b>", members: [0, 5] }, { name: "", members: [40] }];
              const chosen = { nodeShare: 0.7, linkShare: 0.9, selected: 5, pinned: new Set([2, 40]), groups };
              const back = fromFragment(graph, toFragment(graph, chosen));
              const bad = fromFragment(graph, "pruningThreshold=7&clickedId=none&supernodes=%5B1%2C%5B%22x%22%2C%22none%22%5D&pinnedIds=%5B%22none%22%5D");
              const boxes = [{ members: graph.nodes.filter(n => n.row === 1).map(n => n.i) }, { members: graph.nodes.filter(n => n.row === 2).map(n => n.i) }];
              return { back: { ...back, pinned: [...back.pinned] }, bad: { ...bad, pinned: [...bad.pinned] }, file: toFile(graph, chosen),
                sums: groupLinks(graph, { links: graph.weight.map(() => 1) }, boxes) };
            })
            """)[0];
        JsonElement back = said.GetProperty("back"), bad = said.GetProperty("bad"), written = said.GetProperty("file");
        Assert.Equal("""[{"name":"a \"<b>","members":[0,5]},{"name":"","members":[40]}]""", back.GetProperty("groups").GetRawText());
        Assert.Equal("[2,40]", back.GetProperty("pinned").GetRawText());
        Assert.Equal(5, back.GetProperty("selected").GetInt32());
        Assert.Equal(JsonValueKind.Null, bad.GetProperty("nodeShare").ValueKind);
        Assert.Equal("[]", bad.GetProperty("pinned").GetRawText());

        string path = Path.GetTempFileName();
        File.WriteAllText(path, written.GetRawText());
        GraphFile again = GraphFile.Read(path);
        File.Delete(path);
        Assert.Equal(file.Nodes.Select(node => node.Id), again.Nodes.Select(node => node.Id));
        Assert.Equal(file.Links, again.Links);
        Assert.Equal(["a \"<b>", ""], again.Supernodes.Select(group => group.Name));
        Assert.Equal([file.Nodes[2].Id, file.Nodes[40].Id], again.PinnedIds);

        double sum = file.Links.Where(link => file.Nodes[link.Source].Layer == "0" && file.Nodes[link.Target].Layer == "1").Sum(l => l.Weight);
        JsonElement only = Assert.Single(said.GetProperty("sums").EnumerateArray());
        Assert.Equal(sum, only.GetProperty("weight").GetDouble(), 1e-9);
    }

    static IEnumerable<int> Kept(PrunedGraph pruned, int target)
    {
        int[] sources = pruned.Graph.SourcesOf(target).ToArray();
        bool[] kept = pruned.EdgesOf(target).ToArray();
        return sources.Where((_, i) => kept[i]);
    }

    static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(text => text.GetString()!)];

    // The script's functions on graphs as a page holds them; the expression's value comes back as JSON.
    static JsonElement Run(IEnumerable<GraphFile> files, string expression)
    {
        string data = string.Join(',', files.Select(file => new TracePageData(
            file, TraceShown.Of(file, file.ToGraph(), 1000, 10_000), new Dictionary<(int, long), LatentDetails>()).Text()));
        string document = Browser.Open($$"""
            <!doctype html><meta charset="utf-8"><pre id="out">nothing</pre>
            <script type="application/json" id="data">[{{data}}]</script>
            <script>{{TracePageParts.Script}}</script>
            <script>
            const graphs = JSON.parse(document.getElementById("data").textContent).map(readGraph);
            document.getElementById("out").textContent = JSON.stringify({{expression}});
            </script>
            """);
        return JsonDocument.Parse(Browser.TextOf(document, "out")).RootElement;
    }
}
