using System.CommandLine;
using Hooke.Models;

namespace Hooke.Cli;

/// <summary><c>hooke model run</c>: one forward pass.</summary>
static class ModelCommand
{
    static readonly Argument<string> Prompt = new("prompt") { Description = "The text to go on from" };
    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many next tokens",
        DefaultValueFactory = _ => 5,
    };

    static readonly Option<bool> KeepStored = new("--keep-stored")
    {
        Description = "Keep BF16 and F16 weights 16 bits wide in memory: half of it, the same result",
    };

    /// <summary>The command with its parts.</summary>
    public static Command Create()
    {
        Command run = new("run", """
            Run a prompt and print the likeliest next tokens with their logits.

            Example:
              hooke model run "The capital of"
            """)
        {
            Prompt, Folder, Top, KeepStored,
        };
        ChatPart.AddTo(run);
        run.SetAction(Run);
        return new Command("model", "Load a model, run it, check it") { run, ModelCheckCommand.Create() };
    }

    static int Run(ParseResult parsed)
    {
        int top = Cli.Count(parsed, Top, 1_000_000);
        using Model model = Model.Load(parsed.FolderOf(Folder), parsed.GetValue(KeepStored));
        ChatPrompt? chat = ChatPart.Of(parsed, model, parsed.GetValue(Prompt)!);
        int[] tokens = chat?.Ids ?? model.Tokenizer.Encode(parsed.GetValue(Prompt)!);
        using Run run = model.Run(new TokenBatch([tokens]), new Plan { LastLogitsOnly = true });
        (string Token, float Logit)[] next =
            [.. run.Top(top).Select(t => (model.Tokenizer.TokenText(t.Token), t.Logit))];
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                text = chat?.Text,
                tokens = run.Tokens.Prompt(0).ToArray(),
                next = next.Select(n => new { token = n.Token, logit = n.Logit }),
            });
        else
        {
            if (chat is not null)
                Output.Text(chat.Text);
            Output.Table(["next token", "logit"], next.Select(n => (IReadOnlyList<string>)[n.Token, $"{n.Logit:f3}"]));
        }
        return Cli.Done;
    }
}
