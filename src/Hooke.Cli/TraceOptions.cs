using System.CommandLine;
using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary>
/// What commands that look at a prompt through transcoders take: the prompt or a graph of it, a model and a set.
/// </summary>
static class TraceOptions
{
    /// <summary>The model's folder.</summary>
    public static Option<string> Folder { get; } = ModelOption.Create();

    /// <summary>The transcoders' folder.</summary>
    public static Option<string> Transcoders { get; } = new("--transcoders")
    {
        Description = "Folder of a transcoder for every layer or a cross-layer transcoder (default: the one shipped with the "
            + "model)",
    };

    /// <summary>What the latents read.</summary>
    public static Option<string> Reads { get; } = new("--reads")
    {
        Description = "The hook that latents read, such as mlp.hook_in, where the set's files do not name it",
    };

    /// <summary>What the latents write.</summary>
    public static Option<string> Writes { get; } = new("--writes")
    {
        Description = "The hook that latents write, such as mlp.hook_out, where the set's files do not name it",
    };

    /// <summary>The prompt, or the file of a graph of it.</summary>
    public static Argument<string> Prompt() => new("prompt") { Description = "The prompt, or a graph's JSON file or folder" };

    /// <summary>Where the transcoders lie.</summary>
    public static string TranscodersOf(this ParseResult parsed) => parsed.GetValue(Transcoders)
        ?? Path.Combine(parsed.FolderOf(Folder), "dictionaries", "clt");

    /// <summary>The model with its transcoders in place.</summary>
    /// <exception cref="InputException">One of them cannot be read, or they do not belong together.</exception>
    public static TracedModel Open(ParseResult parsed)
    {
        string folder = parsed.TranscodersOf();
        if (!Directory.Exists(folder) && parsed.GetValue(Transcoders) is null)
            throw new InputException($"there are no transcoders at {folder}: name their folder with {Transcoders.Name}");
        Model model = Model.Load(parsed.FolderOf(Folder));
        try
        {
            return new TracedModel(model, CoderSet.Load(folder), parsed.GetValue(Reads), parsed.GetValue(Writes));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The graph's file that an argument names, or null where it is a prompt.</summary>
    public static string? GraphFileOf(string argument) => File.Exists(argument) ? argument
        : Path.Combine(argument, "graph.json") is var inside && File.Exists(inside) ? inside
        : argument.EndsWith(".json", StringComparison.Ordinal) ? throw new InputException($"there is no graph at {argument}")
        : null;

    /// <summary>The tokens of a prompt, or of the graph that is named in its place.</summary>
    public static IReadOnlyList<int> TokensOf(this TracedModel traced, string argument) => GraphFileOf(argument) is { } file
        ? traced.TokensOf(GraphFile.Read(file))
        : traced.Model.Tokenizer.Encode(argument);

    /// <summary>The tokens of a graph's prompt, from its nodes or else its text.</summary>
    /// <exception cref="InputException">Neither says them.</exception>
    public static IReadOnlyList<int> TokensOf(this TracedModel traced, GraphFile file)
    {
        IReadOnlyList<int> tokens = file.ToGraph().Tokens;
        if (tokens.Count > 0 && tokens.All(token => token >= 0))
            return tokens;
        int[] encoded = traced.Model.Tokenizer.Encode(file.Prompt);
        return encoded.Length == tokens.Count ? encoded
            : throw new InputException($"the graph's prompt has {tokens.Count} tokens, and this model makes {encoded.Length} "
                + $"of its "
                + "text: the graph is of another model");
    }

    /// <summary>A node as people read it, with the token that it stands on.</summary>
    public static string Describe(this TracedModel traced, TraceNode node, IReadOnlyList<int> tokens)
    {
        string name = TraceNodeName.Of(node);
        int? token = node.Kind == TraceNodeKind.Target && node.Index >= 0 ? node.Index
            : (uint)node.Position < (uint)tokens.Count ? tokens[node.Position] : null;
        return token is { } id && traced.Model.HasTokenizer ? $"{name} {TokenText.Of(traced.Model.Tokenizer, id)}" : name;
    }
}

/// <summary>A model with its transcoders.</summary>
sealed class TracedModel(Model model, CoderSet set, string? reads, string? writes) : IDisposable
{
    public Model Model => model;

    public CoderSet Set => set;

    public TranscoderSites Sites { get; } = new(model, set, reads, writes);

    public ReplacementSettings Settings { get; } = new() { Reads = reads, Writes = writes };

    public void Dispose()
    {
        model.Dispose();
        set.Dispose();
    }
}
