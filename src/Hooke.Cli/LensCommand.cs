using System.CommandLine;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Studies;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke lens</c>: what the residual stream of each layer would predict.</summary>
static class LensCommand
{
    static readonly Argument<string> Prompt = new("prompt") { Description = "The text whose streams are read" };
    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<string[]> Token = new("--token")
    {
        Description = "A token whose rank, probability and logit are wanted; several may be named "
            + "(default: the one that the model itself ends up with)",
    };

    static readonly Option<string> Positions = new("--positions")
    {
        Description = "last, all, or a range such as 4, 4..6 or -3..-1",
        DefaultValueFactory = _ => "last",
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many of the likeliest tokens --json holds; the table shows the first",
        DefaultValueFactory = _ => 5,
    };

    static readonly Option<bool> Mid = new("--mid")
    {
        Description = "Read the stream between attention and MLP too",
    };

    static readonly Option<string> Tuned = new("--tuned")
    {
        Description = "Folder of a tuned lens that `hooke lens train` made for this model (default: the logit lens)",
    };

    static readonly Option<string> Page = new("--html")
    {
        Description = "Write a page of depths by positions to this file, for --positions all or a range",
    };

    /// <summary>The command with its part.</summary>
    public static Command Create()
    {
        Command command = new("lens", """
            Read the residual stream of every layer as if it were the last: unembed(ln_final(h)), the logit lens.

            Examples:
              hooke lens "While David and Ivan were at the library , Ivan handed a ladder to" --token David --token Ivan
              hooke lens "The capital of" --positions all --html lens.html
            """)
        {
            Prompt, Folder, Token, Positions, Top, Mid, Tuned, Page, LensTrainCommand.Create(),
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int top = Cli.Count(parsed, Top, 1_000_000);
        string folder = parsed.FolderOf(Folder);
        PositionRange? positions = parsed.GetValue(Positions)! switch
        {
            "all" => null,
            "last" => new(-1, -1),
            { } range when char.IsAsciiLetter(range.FirstOrDefault()) => throw new InputException(
                $"{Positions.Name} '{range}' is no position: write last, all, 4, 4..6, -1 or -3..-1"),
            { } range => PositionRange.Parse(range),
        };
        using Model model = Model.Load(folder);
        int[] tokens = [.. (parsed.GetValue(Token) ?? []).Select(text => TokenText.One(model.Tokenizer, Token.Name, text))];
        using TunedLens? tuned = parsed.GetValue(Tuned) is { } lens
            ? TunedLensFile.Read(lens, model, TunedLensStudy.IdentityOf(folder)).Lens
            : null;
        int[] prompt = model.Tokenizer.Encode(parsed.GetValue(Prompt)!);
        IReadOnlyList<LensDepth> depths = Lens.Read(model, prompt, new LensRequest
        {
            Positions = positions,
            Tokens = tokens,
            Top = top,
            Mid = parsed.GetValue(Mid),
            Tuned = tuned,
        });
        if (parsed.GetValue(Page) is { } page)
            WritePage(page, model.Tokenizer, prompt, tuned is not null, depths);
        if (parsed.GetValue(Cli.Json))
            WriteJson(model.Tokenizer, prompt, tuned is not null, depths);
        else
            WriteTable(model.Tokenizer, prompt, tokens, depths);
        return Cli.Done;
    }

    static void WriteTable(Tokenizer tokenizer, int[] prompt, int[] tokens, IReadOnlyList<LensDepth> depths)
    {
        string[] asked = tokens.Length == 0
            ? ["the model's answer"]
            : [.. tokens.Select(token => TokenText.Of(tokenizer, token))];
        Output.Table(
            [
                "after token", "stream", "top token", "probability",
                .. asked.SelectMany(name => new[] { $"rank of {name}", "probability", "logit" }),
                "entropy (nats)", "KL to final (nats)",
            ],
            from i in Enumerable.Range(0, depths[0].Cells.Count)
            from depth in depths
            let cell = depth.Cells[i]
            select (IReadOnlyList<string>)
            [
                $"{cell.Position} {TokenText.Of(tokenizer, prompt[cell.Position])}", depth.Name,
                TokenText.Of(tokenizer, cell.Top[0].Token), $"{cell.Top[0].Probability:f3}",
                .. cell.Asked.SelectMany(a => new[] { $"{a.Rank}", $"{a.Probability:f3}", $"{a.Logit:f2}" }),
                $"{cell.Entropy:f2}", $"{cell.KullbackLeibler:f3}",
            ]);
    }

    static void WritePage(string path, Tokenizer tokenizer, int[] prompt, bool tuned, IReadOnlyList<LensDepth> depths) =>
        PictureFile.Write(path, LensPage.Of(
            tuned ? "tuned lens" : "logit lens", [.. prompt.Select(tokenizer.TokenText)], depths, tokenizer.TokenText));

    static void WriteJson(Tokenizer tokenizer, int[] prompt, bool tuned, IReadOnlyList<LensDepth> depths)
    {
        object Score(TokenScore score) => new
        {
            id = score.Token,
            token = tokenizer.TokenText(score.Token),
            score.Rank,
            score.Probability,
            score.Logit,
        };
        Output.Json(new
        {
            lens = tuned ? "tuned" : "logit",
            tokens = prompt.Select(id => new { id, token = tokenizer.TokenText(id) }),
            depths = depths.Select(depth => new
            {
                site = depth.Site.ToString(),
                positions = depth.Cells.Select(cell => new
                {
                    cell.Position,
                    top = cell.Top.Select(Score),
                    asked = cell.Asked.Select(Score),
                    entropy_nats = cell.Entropy,
                    kl_to_final_nats = cell.KullbackLeibler,
                }),
            }),
        });
    }
}
