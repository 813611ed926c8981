using System.CommandLine;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke generate</c>: a model goes on from prompts.</summary>
static class GenerateCommand
{
    const int LargestPlan = 16 << 20;

    static readonly Argument<string[]> Prompts = new("prompt")
    {
        Description = "The text to go on from; several are done together",
        Arity = ArgumentArity.OneOrMore,
    };

    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<int> Tokens = new("--tokens")
    {
        Description = "Most new tokens",
        DefaultValueFactory = _ => 32,
    };

    static readonly Option<float> Temperature = new("--temperature")
    {
        Description = "Draw tokens, from logits divided by this; 0 takes the likeliest (default: 0)",
    };

    static readonly Option<int?> TopK = new("--top-k") { Description = "Draw from so many likeliest tokens" };
    static readonly Option<float> TopP = new("--top-p")
    {
        Description = "Draw from the fewest likeliest tokens that together have this probability",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<float> RepetitionPenalty = new("--repetition-penalty")
    {
        Description = "Makes tokens that the text has already less likely, where above 1",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of the draws",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<string> PlanFile = new("--plan")
    {
        Description = "File with a plan as JSON, whose interventions hold at every step",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("generate", """
            Go on from a prompt, and print the text as it comes.

            Examples:
              hooke generate "The capital of"
              hooke generate "The capital of" --tokens 20 --temperature 0.8 --top-k 50 --seed 7
              hooke generate "The capital of" --plan steering.json
            """)
        {
            Prompts, Folder, Tokens, Temperature, TopK, TopP, RepetitionPenalty, Seed, PlanFile,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        Generation how = new()
        {
            MaxNewTokens = Cli.Count(parsed, Tokens, 1_000_000),
            Temperature = parsed.GetValue(Temperature),
            TopK = parsed.GetValue(TopK),
            TopP = parsed.GetValue(TopP),
            RepetitionPenalty = parsed.GetValue(RepetitionPenalty),
            Seed = parsed.GetValue(Seed),
        };
        Plan? plan = parsed.GetValue(PlanFile) is { } file ? ReadPlan(file) : null;
        using Model model = Model.Load(parsed.FolderOf(Folder));
        string[] prompts = parsed.GetValue(Prompts)!;
        if (parsed.GetValue(Cli.Json) || prompts.Length > 1)
            Whole(parsed, model, prompts, how, plan);
        else
            Stream(model, prompts[0], how, plan);
        return Cli.Done;
    }

    static void Stream(Model model, string prompt, Generation how, Plan? plan)
    {
        IEnumerable<string> pieces = model.GenerateText(prompt, how, plan); // refuses what cannot be before anything is printed
        Console.Out.Write(prompt);
        foreach (string piece in pieces)
        {
            Console.Out.Write(piece);
            Console.Out.Flush();
        }
        Console.Out.WriteLine();
    }

    static void Whole(ParseResult parsed, Model model, string[] prompts, Generation how, Plan? plan)
    {
        int[][] tokens = [.. prompts.Select(prompt => model.Tokenizer.Encode(prompt))];
        List<NewToken>[] added = [.. prompts.Select(_ => new List<NewToken>())];
        foreach (NewToken token in model.Generate(new TokenBatch(tokens), how, plan))
            added[token.Prompt].Add(token);
        string[] texts = [.. tokens.Zip(added, (before, after) => Text(model.Tokenizer, before, after))];
        if (parsed.GetValue(Cli.Json))
            Output.Json(prompts.Select((prompt, b) => new
            {
                prompt,
                tokens = tokens[b],
                new_tokens = added[b].Select(t => t.Token),
                logits = added[b].Select(t => t.Logit),
                text = texts[b],
                ended = model.StopTokens.Contains(added[b][^1].Token) ? "stop token" : "length",
            }));
        else
            foreach ((string prompt, string text) in prompts.Zip(texts))
                Console.Out.WriteLine(prompt + text);
    }

    static string Text(Tokenizer tokenizer, int[] before, List<NewToken> added)
    {
        GrowingText stream = new(tokenizer, before);
        return string.Concat(added.Select(t => stream.Add(t.Token))) + stream.End();
    }

    static Plan ReadPlan(string file)
    {
        if (!File.Exists(file))
            throw new InputException($"there is no file {file}: give a plan as JSON");
        if (new FileInfo(file).Length > LargestPlan)
            throw new InputException($"{file} is larger than a plan can sensibly be");
        return Plan.FromJson(File.ReadAllText(file));
    }
}
