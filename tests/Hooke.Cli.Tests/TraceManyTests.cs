using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary>Graphs of many prompts, differences of two, groups and two-step facts through the program.</summary>
public sealed class TraceManyTests : IDisposable
{
    const string France = "The capital of the country with the Fekin dome is", Spain = "The capital of the country with the Vunu dome is";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_graphs_of_a_behaviour_are_brought_together()
    {
        string[] aggregate = ["trace", "aggregate", "two-step", "--prompts", "4"];
        JsonElement json = Hooke.Run([.. aggregate, "--json"]).Json;
        Assert.Equal(4, json.GetProperty("prompts").GetArrayLength());
        Assert.NotEmpty(json.GetProperty("nodes").EnumerateArray());
        Assert.All(json.GetProperty("edges").EnumerateArray(), edge =>
            Assert.InRange(edge.GetProperty("found").GetProperty("share").GetDouble(), 0.8, 1));
        Outcome table = Hooke.Run(aggregate);
        Assert.Equal(0, table.Code);
        Assert.Contains("particular to its prompt", table.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_prompts_differ_in_their_graphs_and_one_does_not_differ_from_itself()
    {
        JsonElement json = Hooke.Run("trace", "compare", France, Spain, "--json").Json;
        Assert.InRange(json.GetProperty("overlap").GetDouble(), 0, 0.99);
        Assert.NotEmpty(json.GetProperty("only_first").EnumerateArray());
        Assert.Equal(1, Hooke.Run("trace", "compare", France, France, "--json").Json.GetProperty("overlap").GetDouble());
        Assert.Contains("the same in both", Hooke.Run("trace", "compare", France, Spain, "--top", "3").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_are_proposed_changed_and_kept_in_the_file()
    {
        string graph = _folder["graph.json"];
        File.WriteAllText(graph, """
            {"metadata":{"slug":"two","scan":"x","transcoder_list":[],"prompt_tokens":["a","b"],"prompt":"a b","schema_version":1},
            "qParams":{"linkType":"both","pinnedIds":[],"clickedId":"","supernodes":[],"sg_pos":""},
            "nodes":[
            {"node_id":"0_3_1","feature":9,"layer":"0","ctx_idx":1,"feature_type":"cross layer transcoder","jsNodeId":"0_3-0","clerp":"","influence":0.1,"activation":1},
            {"node_id":"0_5_1","feature":20,"layer":"0","ctx_idx":1,"feature_type":"cross layer transcoder","jsNodeId":"0_5-0","clerp":"","influence":0.2,"activation":1},
            {"node_id":"E_7_1","feature":1,"layer":"E","ctx_idx":1,"feature_type":"embedding","jsNodeId":"E_7-1","clerp":"b"},
            {"node_id":"2_9_1","feature":9,"layer":"2","ctx_idx":1,"feature_type":"logit","jsNodeId":"L_9-1","clerp":"c","token_prob":1,"is_target_logit":true}],
            "links":[{"source":"E_7_1","target":"0_3_1","weight":1},{"source":"E_7_1","target":"0_5_1","weight":2},
            {"source":"0_3_1","target":"2_9_1","weight":1},{"source":"0_5_1","target":"2_9_1","weight":2}]}
            """);
        JsonElement[] Groups(params string[] arguments) =>
            [.. Hooke.Run(["trace", "groups", graph, "--json", .. arguments]).Json.GetProperty("groups").EnumerateArray()];
        string Members(JsonElement group) => string.Join(",", group.GetProperty("members").EnumerateArray());
        Assert.Empty(Groups());
        JsonElement proposed = Assert.Single(Groups("--propose"));
        Assert.Equal("0_3_1,0_5_1", Members(proposed));
        Assert.Equal("France", Assert.Single(Groups("--rename", $"{proposed.GetProperty("name").GetString()}=France")).GetProperty("name").GetString());
        Assert.Equal(["0_3_1", "0_5_1,E_7_1"], Groups("--add", "Spain=0_5_1,E_7_1").Select(Members));
        Assert.Equal(["0_5_1,E_7_1"], Groups("--remove", "France").Select(Members));
        Assert.Equal(["0_5_1,E_7_1"], Groups().Select(Members));
        Hooke.Run("trace", "groups", graph, "--remove", "Italy").RefusedWith("no group 'Italy'", "'Spain'");
        Hooke.Run("trace", "groups", graph, "--add", "Spain=0_9_1").RefusedWith("no node '0_9_1'");
        Hooke.Run("trace", "groups", graph, "--rename", "Spain").RefusedWith("write OLD=NEW");
        Hooke.Run("trace", "groups", _folder["none.json"]).RefusedWith("no graph at");
    }

    [Fact]
    public void The_country_in_between_is_found_and_exchanged()
    {
        Outcome found = Hooke.Run("trace", "two-step", "--prompts", "12", "--json");
        double Value(string name) => found.Json.GetProperty(name).GetProperty("value").GetDouble();
        Assert.Equal(Value("contained") >= 0.9 && Value("steered") >= 0.8 ? 0 : 1, found.Code);
        Assert.InRange(Value("contained"), 0.9, 1);
        Assert.InRange(Value("steered"), 0.6, 1); // of 12 prompts; the study's own test takes more
        Assert.Equal(0, Value("random_steered"), 0.1);
        Assert.Equal(24, found.Json.GetProperty("groups").GetArrayLength());
    }

    [Fact]
    public void What_cannot_be_traced_is_refused()
    {
        Hooke.Run("trace", "aggregate", "walking").RefusedWith("no behaviour \"walking\"");
        Hooke.Run("trace", "aggregate", "two-step", "--least", "2").RefusedWith("--least 2 is not a share");
        Hooke.Run("trace", "two-step", "--transcoders", _folder["none"]).RefusedWith("no dictionary at");
        Hooke.Run("trace", "compare", France, _folder["none.json"]).RefusedWith("no graph at");
    }
}
