using System.CommandLine;
using System.Globalization;
using Hooke.Evidence;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary><c>hooke trace two-step</c>: does the model pass over the fact in between?</summary>
static class TraceTwoStepCommand
{
    const double LeastContained = 0.9, LeastSteered = 0.8;

    static readonly TwoStepRequest Usual = new();

    static readonly Option<int> Prompts = new("--prompts")
    {
        Description = "The most held-out prompts that are traced",
        DefaultValueFactory = _ => Usual.Prompts,
    };

    static readonly Option<double?> Share = new("--least-share")
    {
        Description = "A latent belongs to a country if this share of its mean activations, summed over countries, is on it "
            + "(default: the most selective of " + string.Join(", ", Usual.Rules.Select(rule => Invariant(rule.LeastShare)))
            + " that steers training prompts)",
    };

    static readonly Option<double> Nodes = new("--node-threshold")
    {
        Description = "Influence that the pruned graph's nodes have",
        DefaultValueFactory = _ => Usual.NodeThreshold,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("two-step", """
            Look for the country in the graphs of "The capital of the country with the Fekin dome is", on landmarks whose capital
            was never told, then suppress its latents, inject another country's, and see whether the answer becomes that
            country's capital. Latents are chosen on training prompts alone. The exit code is 0 where the graph has the country
            on at least 90 % of the prompts that the model answers right and at least 80 % of the answers follow; 1 where not.

            Example:
              hooke trace two-step
            """)
        {
            TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes, Prompts, Share, Nodes,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        World world = TinyworldFolder.LoadWorld(parsed.FolderOf(TraceOptions.Folder));
        using TracedModel traced = TraceOptions.Open(parsed);
        TwoStepRequest request = Usual with
        {
            Prompts = Cli.Count(parsed, Prompts, 10_000),
            Rules = parsed.GetValue(Share) is { } share ? [new ViaRule(share)] : Usual.Rules,
            NodeThreshold = parsed.GetValue(Nodes),
        };
        TwoStepResult result = TwoStepStudy.Run(
            traced.Model, traced.Sites.Transcoders, world, request, traced.Settings, Progress);
        if (parsed.GetValue(Cli.Json))
            Output.Json(Described(result, traced.Model.Tokenizer.TokenText));
        else
            Print(result);
        return result.Contained.Value >= LeastContained && result.Steered.Value >= LeastSteered ? Cli.Done : Cli.No;
    }

    static void Progress(int done, int all)
    {
        if (done % 20 == 0 || done == all)
            Console.Error.WriteLine($"{done} of {all} prompts");
    }

    static void Print(TwoStepResult result)
    {
        Output.Table(["on the way", "latents", "by layer", "most selective"], result.Groups.Names.Select(name =>
            (IReadOnlyList<string>)
            [
                name, $"{result.Groups[name].Count}",
                string.Join(" ", result.Groups[name].CountBy(latent => latent.Layer).OrderBy(c => c.Key)
                    .Select(c => $"{c.Key}:{c.Value}")),
                string.Join(", ", result.Groups[name].Take(3).Select(latent => string.Create(
                    CultureInfo.InvariantCulture, $"{latent.Layer}.{latent.Latent} {latent.Role} {latent.Share:p0}"))),
            ]));
        double share = result.Groups.Rule.LeastShare;
        Output.Text(string.Create(CultureInfo.InvariantCulture, $"""
            {result.Cases.Count} of {result.Prompts} held-out prompts are answered right. Chosen on training prompts: a latent
            belongs to a country that has {share:p0} of its activation; injected at {result.Factor} times the mean.
            """));
        Output.Table(["share of these prompts", "with its interval"],
        [
            ["the graph has the right group", Text(result.Contained)],
            ["… which leads all other groups", Text(result.Leading)],
            ["control: it has one wrong group", Text(result.WrongContained)],
            ["suppressed, the answer is another", Text(result.Suppressed)],
            ["another injected, the answer follows", Text(result.Steered)],
            ["control: random latents injected", Text(result.RandomSteered)],
        ]);
        (double nodes, double influence) = (result.Cases.Average(c => c.Nodes), result.Cases.Average(c => c.Influence));
        Output.Text(string.Create(CultureInfo.InvariantCulture,
            $"nodes of the right group in a graph: {nodes:0.0}, with {influence:p1} of the influence"));
    }

    static object Described(TwoStepResult result, Func<int, string> textOf) => new
    {
        prompts = result.Prompts,
        right = result.Cases.Count,
        factor = result.Factor,
        least_share = result.Groups.Rule.LeastShare,
        least_fired = result.Groups.Rule.LeastFired,
        contained = result.Contained,
        leading = result.Leading,
        wrong_contained = result.WrongContained,
        suppressed = result.Suppressed,
        steered = result.Steered,
        random_steered = result.RandomSteered,
        groups = result.Groups.Names.Select(name => new { name, latents = result.Groups[name] }),
        cases = result.Cases.Select(c => new
        {
            prompt = string.Join(' ', c.Tokens.Select(textOf)),
            c.Via,
            c.Nodes,
            c.Influence,
            c.Leads,
            c.Injected,
            answer_without = textOf(c.AnswerWithout),
            answer_steered = textOf(c.AnswerSteered),
        }),
    };

    static string Invariant(double number) => number.ToString(CultureInfo.InvariantCulture);

    static string Text(Estimate estimate) => estimate.InPercent();
}
