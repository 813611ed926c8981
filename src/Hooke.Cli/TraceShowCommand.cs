using System.CommandLine;
using System.Globalization;
using Hooke.Circuits;
using Hooke.Studies;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke trace show</c>: an attribution graph that lies in a file, whoever made it.</summary>
static class TraceShowCommand
{
    static readonly Argument<string> File = new("file")
    {
        Description = "A graph's JSON, as circuit-tracer, Neuronpedia and hooke trace write it",
    };

    static readonly Option<string> Out = new("--out") { Description = "A folder to write index.html and graph.json into" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("show", """
            Read an attribution graph that circuit-tracer, Neuronpedia or Hooke wrote, hold it against the format, and say
            what is in it and how much of its targets it explains; with --out, write a page of it that needs nothing else.

            Example:
              hooke trace show dallas-austin.json --out dallas-austin
            """)
        {
            File, Out,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        GraphFile file = GraphFile.Read(parsed.GetValue(File)!);
        AttributionGraph graph = file.ToGraph();
        GraphScores scores = GraphScores.Of(graph);
        if (parsed.GetValue(Out) is { } folder)
            Write(file, folder);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                slug = file.Slug,
                scan = file.Scan,
                prompt = file.Prompt,
                nodes = Kinds(file).ToDictionary(kind => kind.Name, kind => kind.Count),
                links = file.Links.Count,
                supernodes = file.Supernodes.Select(group => new { name = group.Name, members = group.Members }),
                scores = new { replacement = Finite(scores.Replacement), completeness = Finite(scores.Completeness) },
                targets = scores.Targets.Select(target => new
                {
                    node_id = file.Nodes[target.Node].Id,
                    label = file.Nodes[target.Node].Label,
                    shares = target.Shares,
                }),
                notes = file.Notes,
            });
        else
            Print(file, scores);
        return Cli.Done;
    }

    static void Write(GraphFile file, string folder)
    {
        string page = TracePage.Render(file);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException fault)
        {
            throw new InputException($"Cannot make the folder {folder}: {fault.Message}", fault);
        }
        Models.AtomicFile.Write(Path.Combine(folder, "index.html"),
            stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(page)));
        file.Write(Path.Combine(folder, "graph.json"));
    }

    static void Print(GraphFile file, GraphScores scores)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{file.Prompt}[/]\n{file.Scan} · {file.Slug}");
        Output.Table(["nodes", "count"], Kinds(file).Select(kind => (IReadOnlyList<string>)[kind.Name, $"{kind.Count:n0}"])
            .Append(["links", $"{file.Links.Count:n0}"]));
        Output.Table(["target", "tokens", "untraced latents", "errors", "biases", "rest"], scores.Targets.Select(target =>
            (IReadOnlyList<string>)[file.Nodes[target.Node].Label, Share(target.Shares.Tokens), Share(target.Shares.Latents),
                Share(target.Shares.Errors), Share(target.Shares.Biases), Share(target.Shares.Remainders)]));
        AnsiConsole.MarkupLineInterpolated(
            $"Of this file: replacement score {Number(scores.Replacement)}, completeness {Number(scores.Completeness)}");
        foreach (string note in file.Notes)
            AnsiConsole.MarkupLineInterpolated($"note: {note}");
    }

    static IEnumerable<(string Name, int Count)> Kinds(GraphFile file) =>
        file.Nodes.CountBy(node => node.FeatureType)
            .OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => (kind.Key, kind.Value));

    static string Share(double share) => share.ToString("p0", CultureInfo.InvariantCulture);

    static string Number(double value) => double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture) : "–";

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
