using System.CommandLine;
using System.Globalization;
using Hooke.Circuits;
using Hooke.Studies;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke trace aggregate</c>: the graphs of a behaviour's prompts in one.</summary>
static class TraceAggregateCommand
{
    static readonly Argument<string> Behaviour = new("behaviour")
    {
        Description = "A behaviour of the world that the model was trained on",
    };


    static readonly Option<int> Count = new("--prompts")
    {
        Description = "How many prompts are traced",
        DefaultValueFactory = _ => 32,
    };

    static readonly Option<ulong> Seed = new("--seed") { Description = "Which of its prompts", DefaultValueFactory = _ => 1 };

    static readonly Option<double> Least = new("--least")
    {
        Description = "What at least this share of the graphs have is shared",
        DefaultValueFactory = _ => 0.8,
    };

    static readonly Option<double> Most = new("--most")
    {
        Description = "A latent that at most this share of the graphs have is particular",
        DefaultValueFactory = _ => 0.2,
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many lines a table shows",
        DefaultValueFactory = _ => 20,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("aggregate", """
            Trace many prompts of a behaviour, kept out of training, and say which latents and edges their graphs share, how
            strong those are on average, and how much of each graph is particular to its prompt.

            Example:
              hooke trace aggregate two-step --prompts 32
            """)
        {
            Behaviour, TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes, Count, Seed, Least,
            Most, Top,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int count = Cli.Count(parsed, Count, 10_000), top = Cli.Count(parsed, Top, 100_000);
        (double least, double most) = (Share(parsed, Least), Share(parsed, Most));
        World world = TinyworldFolder.LoadWorld(parsed.FolderOf(TraceOptions.Folder));
        IReadOnlyList<PromptPair> pairs =
            world.PromptsUpTo(parsed.GetValue(Behaviour)!, Split.HeldOut, count, parsed.GetValue(Seed));
        using TracedModel traced = TraceOptions.Open(parsed);
        IReadOnlyList<RoledGraph> graphs = BehaviourGraphs.Trace(traced.Model, traced.Sites.Transcoders,
            [.. pairs.Select(pair => ((IReadOnlyList<int>)traced.Model.Tokenizer.Encode(pair.Clean),
                TokenText.One(traced.Model.Tokenizer, "the answer", pair.Answers[0])))],
            traced.Settings);
        AggregateGraph all = AggregateGraph.Of(graphs);
        int[] particular = [.. graphs.Select(graph => all.Particular(graph, most).Count)];
        int[] latents = [.. graphs.Select(graph => graph.Graph.Nodes.Count(node => node.Kind == TraceNodeKind.Latent))];
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                behaviour = parsed.GetValue(Behaviour),
                prompts = pairs.Select((pair, i) => new
                {
                    text = pair.Clean,
                    roles = graphs[i].Roles,
                    latents = latents[i],
                    particular = particular[i],
                }),
                nodes = all.SharedNodes(least).Select(pair => new { node = pair.Node, found = pair.Found }),
                edges = all.SharedEdges(least).Select(pair => new { pair.Edge.Source, pair.Edge.Target, found = pair.Found }),
            });
        else
            Print(all, graphs.Count, least, top, latents, particular);
        return Cli.Done;
    }

    static void Print(AggregateGraph all, int count, double least, int top, int[] latents, int[] particular)
    {
        Output.Table(["node", "at", "graphs", "mean value", "deviation"], all.SharedNodes(least).Take(top).Select(pair =>
            (IReadOnlyList<string>)[NameOf(pair.Node), pair.Node.Role, $"{pair.Found.Count} of {count}",
                Number(pair.Found.Mean), Number(pair.Found.Deviation)]));
        Output.Table(
            ["from", "at", "to", "at", "graphs", "mean weight", "deviation"],
            all.SharedEdges(least).Take(top).Select(pair => (IReadOnlyList<string>)
            [
                NameOf(pair.Edge.Source), pair.Edge.Source.Role, NameOf(pair.Edge.Target), pair.Edge.Target.Role,
                $"{pair.Found.Count} of {count}", Number(pair.Found.Mean), Number(pair.Found.Deviation),
            ]));
        int shared = all.SharedNodes(least).Count(pair => pair.Node.Kind == TraceNodeKind.Latent);
        Output.Text(string.Create(CultureInfo.InvariantCulture, $"""
            a graph has {latents.Average():0.#} latents; {shared} are shared by {least:p0} of the graphs or more,
            {particular.Average():0.#} of each are particular to its prompt
            """));
    }

    /// <summary>What an aggregate's node is called.</summary>
    public static string NameOf(AggregateNode node) => node.Kind switch
    {
        TraceNodeKind.Latent => string.Create(CultureInfo.InvariantCulture, $"{node.Layer}.{node.Index}"),
        TraceNodeKind.Error => string.Create(CultureInfo.InvariantCulture, $"{node.Layer}.error"),
        TraceNodeKind.Token => "token",
        _ => "answer",
    };

    static double Share(ParseResult parsed, Option<double> option) => parsed.GetValue(option) is >= 0 and <= 1 and var share
        ? share
        : throw new InputException($"{option.Name} {parsed.GetValue(option)} is not a share, 0 to 1");

    static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
