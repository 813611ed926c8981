using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary>The model that ships with Hooke.</summary>
static class ShippedModel
{
    const string Relative = "models/tinyworld";

    /// <summary>Its folder: below the current folder, or above the program.</summary>
    /// <exception cref="InputException">It is not there.</exception>
    public static string Folder
    {
        get
        {
            if (Directory.Exists(Relative))
                return Relative;
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Directory.Exists(Path.Combine(folder.FullName, Relative)))
                    return Path.Combine(folder.FullName, Relative);
            throw new InputException(
                $"{Relative} was not found: run hooke in the repository's folder, or name a model with --model");
        }
    }
}
