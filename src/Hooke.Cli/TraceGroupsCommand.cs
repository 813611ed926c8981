using System.CommandLine;
using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke trace groups</c>: groups of a graph's latents, proposed and edited.</summary>
static class TraceGroupsCommand
{
    static readonly Argument<string> File = new("graph") { Description = "A graph's JSON file, or a folder with graph.json" };
    static readonly Option<bool> Propose = new("--propose") { Description = "Put proposed groups in place of those in the file" };

    static readonly Option<double> Least = new("--least")
    {
        Description = "With --propose: latents are joined while they are this similar on average, -1 to 1",
        DefaultValueFactory = _ => new GroupingSettings().LeastSimilarity,
    };

    static readonly Option<bool> Across = new("--across-positions")
    {
        Description = "With --propose: latents at different positions may belong together",
    };

    static readonly Option<string> Transcoders = new("--transcoders")
    {
        Description = "With --propose: compare what latents write too, by the transcoders that the graph was traced with",
    };

    static readonly Option<string[]> Add = new("--add")
    {
        Description = "NAME=ID,ID: put nodes into a group, which is made if it is not there",
    };

    static readonly Option<string[]> Rename = new("--rename")
    {
        Description = "OLD=NEW: call a group otherwise; with the name of another, the two become one",
    };

    static readonly Option<string[]> Remove = new("--remove") { Description = "NAME: take a group apart" };
    static readonly Option<string> Out = new("--out") { Description = "Write to this file in place of the one that was read" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("groups", """
            List the groups of nodes (supernodes) that a graph's file holds, propose groups of similar latents, or change them;
            what is changed is written back, where the page and other viewers find it.

            Examples:
              hooke trace groups france/graph.json --propose
              hooke trace groups france/graph.json --rename "layer 1 at 8: 3 latents from 1.77=France"
            """)
        {
            File, Propose, Least, Across, Transcoders, Add, Rename, Remove, Out,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string argument = parsed.GetValue(File)!;
        string path = TraceOptions.GraphFileOf(argument) ?? throw new InputException($"there is no graph at {argument}");
        GraphFile file = GraphFile.Read(path);
        IReadOnlyList<GraphFileGroup> groups = parsed.GetValue(Propose) ? Proposed(file, parsed) : file.Supernodes;
        bool isChanged = parsed.GetValue(Propose);
        foreach ((string name, string ids) in Pairs(parsed, Add))
            (groups, isChanged) = (groups.WithMembers(name, Known(file, ids)), true);
        foreach ((string old, string name) in Pairs(parsed, Rename))
            (groups, isChanged) = (groups.Renamed(old, name), true);
        foreach (string name in parsed.GetValue(Remove) ?? [])
            (groups, isChanged) = (groups.Without(name), true);
        if (isChanged || parsed.GetValue(Out) is not null)
            file.With(file.PinnedIds, groups).Write(parsed.GetValue(Out) ?? path);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new { prompt = file.Prompt, groups = groups.Select(group => new { group.Name, group.Members }) });
        else
            Output.Table(["group", "nodes", "members"], groups.Select(group => (IReadOnlyList<string>)
            [
                group.Name, $"{group.Members.Count}",
                string.Join(", ", group.Members.Take(8)) + (group.Members.Count > 8 ? ", …" : ""),
            ]));
        return Cli.Done;
    }

    /// <summary>Groups of a graph's latents, named apart; those with the same label belong together.</summary>
    /// <param name="file">The graph.</param>
    /// <param name="coders">Its transcoders, or null: then edges and labels decide.</param>
    /// <param name="settings">By what; labels are the file's.</param>
    public static IReadOnlyList<GraphFileGroup> Proposed(GraphFile file, CoderSet? coders, GroupingSettings settings)
    {
        Dictionary<(int, int), string> labels = [];
        foreach (GraphFileNode node in file.Nodes)
            if (file.LatentOf(node) is { } latent && node.Label.Length > 0)
                labels[(node.LayerNumber, (int)latent)] = node.Label;
        IReadOnlyList<NodeGroup> groups = GraphGrouping.Propose(file.ToGraph(), coders, settings with
        {
            LabelOf = (layer, latent) => labels.GetValueOrDefault((layer, latent)),
        });
        IReadOnlyList<GraphFileGroup> named = [];
        foreach (NodeGroup group in groups) // groups of one label are told apart by their position
            named = named.WithMembers(
                named.Any(other => other.Name == group.Name)
                    ? $"{group.Name} at {file.Nodes[group.Members[0]].Position}"
                    : group.Name,
                [.. group.Members.Select(member => file.Nodes[member].Id)]);
        return named;
    }

    static IReadOnlyList<GraphFileGroup> Proposed(GraphFile file, ParseResult parsed)
    {
        using CoderSet? coders = parsed.GetValue(Transcoders) is { } folder ? CoderSet.Load(folder) : null;
        return Proposed(file, coders, new GroupingSettings
        {
            LeastSimilarity = parsed.GetValue(Least),
            AcrossPositions = parsed.GetValue(Across),
        });
    }

    static string[] Known(GraphFile file, string ids)
    {
        string[] members = ids.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return members.FirstOrDefault(id => file.Nodes.All(node => node.Id != id)) is { } stranger
            ? throw new InputException($"the graph has no node '{stranger}'; its ids are such as {file.Nodes[0].Id}")
            : members;
    }

    static IEnumerable<(string Left, string Right)> Pairs(ParseResult parsed, Option<string[]> option) =>
        (parsed.GetValue(option) ?? []).Select(text => text.LastIndexOf('=') is > 0 and int at
            ? (text[..at].Trim(), text[(at + 1)..].Trim())
            : throw new InputException($"{option.Name} '{text}': write {(option == Add ? "NAME=ID,ID" : "OLD=NEW")}"));
}
