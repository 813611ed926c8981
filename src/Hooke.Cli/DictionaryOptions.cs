using System.CommandLine;
using Hooke.Dictionaries;

namespace Hooke.Cli;

/// <summary>Options of all commands that put a dictionary into a model, one for each command.</summary>
static class DictionaryOptions
{
    /// <summary>The site that is read.</summary>
    public static Option<string> Reads() => new("--reads")
    {
        Description = "The site that is read, where the dictionary's files do not name it: blocks.3.hook_resid_post",
    };

    /// <summary>The site that is written.</summary>
    public static Option<string> Writes() => new("--writes")
    {
        Description = "The site that is written, where it is another than what is read",
    };

    /// <summary>The layout.</summary>
    public static Option<string> Layout() => new("--layout")
    {
        Description = "The layout, if it cannot be told from the files: " + string.Join(", ", CoderSet.Layouts),
    };
}
