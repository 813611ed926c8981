using System.CommandLine;
using Hooke.Models;

namespace Hooke.Cli;

/// <summary><c>hooke tokens</c>: how a model's tokenizer cuts a text.</summary>
static class TokensCommand
{
    static readonly Argument<string> Text = new("text") { Description = "The text to cut into tokens" };
    static readonly Option<string> Folder = new("--model")
    {
        Description = "Folder of a Hugging Face checkpoint, or a tokenizer.json (default: the model that ships with Hooke)",
    };

    static readonly Option<bool> Plain = new("--no-special")
    {
        Description = "Do not put the tokenizer's special tokens around the text",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("tokens", """
            Show the tokens of a text: their ids, how the tokenizer spells them, what they read as, and the characters
            that each stands for, counted from 0 in UTF-16 units.

            Example:
              hooke tokens "While David and Ivan were at the library"
            """)
        {
            Text, Folder, Plain,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string text = parsed.GetValue(Text)!;
        Tokenizer tokenizer = Tokenizer.Load(parsed.FolderOf(Folder));
        IReadOnlyList<Token> tokens = tokenizer.EncodeWithOffsets(text, !parsed.GetValue(Plain));
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                text,
                tokenizer = tokenizer.Sha256,
                tokens = tokens.Select(token => new
                {
                    id = token.Id,
                    piece = tokenizer.PieceOf(token.Id),
                    reads = tokenizer.TokenText(token.Id),
                    start = token.Start,
                    end = token.End,
                }),
                decoded = tokenizer.Decode([.. tokens.Select(token => token.Id)]),
            });
        else
            Output.Table(["position", "id", "piece", "reads", "characters", "text"],
                tokens.Select((token, i) => Row(tokenizer, text, token, i)));
        return Cli.Done;
    }

    static IReadOnlyList<string> Row(Tokenizer tokenizer, string text, Token token, int position) =>
    [
        $"{position}", $"{token.Id}", Shown(tokenizer.PieceOf(token.Id)), Shown(tokenizer.TokenText(token.Id)),
        token.Start == token.End ? "none" : $"{token.Start}..{token.End - 1}", Shown(text[token.Start..token.End]),
    ];

    // On one line, with spaces at the ends to be seen.
    static string Shown(string text) => text.Length == 0 ? "" : $"\"{string.Concat(text.Select(Shown))}\"";

    static string Shown(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '"' or '\\' => $"\\{c}",
        _ when char.IsControl(c) => $"\\u{(int)c:x4}",
        _ => $"{c}",
    };
}
