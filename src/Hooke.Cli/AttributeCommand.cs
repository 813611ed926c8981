using System.CommandLine;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke attribute</c>: direct logit attribution.</summary>
static class AttributeCommand
{
    static readonly Argument<string> Prompt = new("prompt") { Description = "The text; the logit is that after its last token" };
    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<string> Answer = new("--answer")
    {
        Description = "The token whose logit is divided up",
        Required = true,
    };

    static readonly Option<string> Foil = new("--foil")
    {
        Description = "A token whose logit is taken off it",
    };

    static readonly Option<string> By = new("--by")
    {
        Description = "How finely: by layer, head, neuron, or position (the one that each head reads)",
        DefaultValueFactory = _ => "layer",
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many parts the table shows, largest first; by neuron: how many neurons are listed on their own",
        DefaultValueFactory = _ => 20,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("attribute", """
            Divide the logit of a token, or its difference from another's, among the parts of the model that write to the
            residual stream, with the scales of norms held at the prompt's values. The parts add up to the logit.

            Examples:
              hooke attribute "While David and Ivan were at the library , Ivan handed a ladder to" --answer David --foil Ivan
              hooke attribute "The capital of" --answer the --by head --top 10
            """)
        {
            Prompt, Folder, Answer, Foil, By, Top,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int top = Cli.Count(parsed, Top, 1_000_000);
        AttributionBy by = parsed.GetValue(By)! switch
        {
            "layer" => AttributionBy.Layer,
            "head" => AttributionBy.Head,
            "neuron" => AttributionBy.Neuron,
            "position" => AttributionBy.Position,
            { } other => throw new InputException($"{By.Name} {other} is none of layer, head, neuron and position"),
        };
        using Model model = Model.Load(parsed.FolderOf(Folder));
        int answer = TokenText.One(model.Tokenizer, Answer.Name, parsed.GetValue(Answer)!);
        int? foil = parsed.GetValue(Foil) is { } text ? TokenText.One(model.Tokenizer, Foil.Name, text) : null;
        if (foil == answer)
            throw new InputException("--foil is the same token as --answer: their difference is 0, name another");
        int[] prompt = model.Tokenizer.Encode(parsed.GetValue(Prompt)!);
        LogitAttribution found = LogitAttribution.Of(model, prompt, answer, foil, by, top);
        if (parsed.GetValue(Cli.Json))
            WriteJson(model.Tokenizer, prompt, answer, foil, found);
        else
            WriteTables(model.Tokenizer, prompt, answer, foil, found, top);
        return Cli.Done;
    }

    static void WriteTables(Tokenizer tokenizer, int[] prompt, int answer, int? foil, LogitAttribution found, int top)
    {
        string what = foil is { } other
            ? $"logit of {TokenText.Of(tokenizer, answer)} less {TokenText.Of(tokenizer, other)}"
            : $"logit of {TokenText.Of(tokenizer, answer)}";
        if (found.By == AttributionBy.Position)
            Output.Table(["what all heads read from", what], found.BySource().Select((value, source) =>
                (IReadOnlyList<string>)[$"{source} {TokenText.Of(tokenizer, prompt[source])}", Signed(value)]));
        LogitContribution[] largest = [.. found.Contributions.OrderByDescending(c => Math.Abs(c.Value)).Take(top)];
        int left = found.Contributions.Count - largest.Length;
        Output.Table(["part", what],
        [
            .. largest.Select(c => (IReadOnlyList<string>)[Name(c), Signed(c.Value)]),
            .. left > 0 ? [[$"{left} others", Signed(found.Total - largest.Sum(c => c.Value))]] : Array.Empty<string[]>(),
            [found.SoftCap is null ? "all together" : "all together, before the cap", Signed(found.Total)],
            [found.SoftCap is { } cap ? $"the model's own, capped at {cap:g}" : "the model's own", Signed(found.Logit)],
        ]);

        string Name(LogitContribution c) => c.Source is { } source
            ? $"{c.Part} from {source} {TokenText.Of(tokenizer, prompt[source])}"
            : c.Part.ToString();
    }

    static string Signed(double value) => $"{value:+0.0000;-0.0000;0.0000}";

    static void WriteJson(Tokenizer tokenizer, int[] prompt, int answer, int? foil, LogitAttribution found)
    {
        object Named(int id) => new { id, token = tokenizer.TokenText(id) };
        Output.Json(new
        {
            tokens = prompt.Select(Named),
            answer = Named(answer),
            foil = foil is { } other ? Named(other) : null,
            by = found.By.ToString().ToLowerInvariant(),
            contributions = found.Contributions.Select(c => new { part = c.Part.ToString(), source = c.Source, c.Value }),
            sources = found.By == AttributionBy.Position ? found.BySource() : null,
            found.Total,
            found.Logit,
            found.SoftCap,
        });
    }
}
