using System.CommandLine;

namespace Hooke.Cli;

/// <summary><c>--model</c>: the folder of a checkpoint, the shipped model's where it is not given.</summary>
static class ModelOption
{
    /// <summary>The option, one for each command; or, recursive, for it and its subcommands.</summary>
    public static Option<string> Create(bool recursive = false) => new("--model")
    {
        Recursive = recursive,
        Description = "Folder of a Hugging Face checkpoint (default: the model that ships with Hooke)",
    };

    /// <summary>The folder that was given, or the shipped model's.</summary>
    /// <exception cref="Tensors.InputException">None was given, and the shipped model is not there.</exception>
    public static string FolderOf(this ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) ?? ShippedModel.Folder;
}
