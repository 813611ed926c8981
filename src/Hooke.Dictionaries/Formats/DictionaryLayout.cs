using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>How a third party lays a dictionary out in files.</summary>
abstract class DictionaryLayout
{
    /// <summary>Every layout that is read, in the order in which they are named.</summary>
    public static IReadOnlyList<DictionaryLayout> All { get; } =
    [
        new SaeLensLayout(), new GemmaScopeLayout(), new GemmaScope2Layout(), new OpenAiLayout(), new SparsifyLayout(),
        new DictionaryLearningLayout(), new TranscoderSetLayout(), new CrossLayerLayout(), new CrosslayerTranscoderLayout(),
        new GemmaScope2CrossLayerLayout(), new LlamaScopeLayout(), new CrosscoderLayout(), new PlainTorchLayout(),
        new FolderOfDictionaries(),
    ];

    /// <summary>Its name, on the command line too.</summary>
    public abstract string Name { get; }

    /// <summary>The files by which it is known, in words.</summary>
    public abstract string LooksFor { get; }

    /// <summary>Whether it is known by what is inside of a file, not by the files' names.</summary>
    protected internal virtual bool LooksInside => false;

    /// <summary>The layout of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static DictionaryLayout Named(string name) => All.FirstOrDefault(layout => layout.Name == name)
        ?? throw new InputException($"there is no layout {Quote.Of(name)}; there are "
            + $"{string.Join(", ", All.Select(l => l.Name))}");

    /// <summary>The one layout that fits a path.</summary>
    /// <exception cref="InputException">None fits, or several do.</exception>
    public static DictionaryLayout Of(string path)
    {
        if (!Path.Exists(path))
            throw new InputException($"there is no dictionary at {path}; give a folder, or a file .pt, .npz or .safetensors");
        DictionaryLayout[] fitting = [.. All.Where(layout => !layout.LooksInside && layout.Fits(path))];
        if (fitting.Length == 0) // only now: a .pt beside a dictionary may be its trainer's
            fitting = [.. All.Where(layout => layout.LooksInside && layout.Fits(path))];
        return fitting.Length == 1 ? fitting[0]
            : fitting.Length > 1
                ? throw new InputException($"{path} may be {string.Join(" or ", fitting.Select(l => l.Name))}; say which "
                + "with its layout")
            : throw new InputException($"{path} is no dictionary in a known layout; looked for were "
                + string.Join("; ", All.Select(l => $"{l.LooksFor} ({l.Name})")));
    }

    /// <summary>Whether the files by which it is known are there.</summary>
    public abstract bool Fits(string path);

    /// <summary>Reads a dictionary, every fault of which is one sentence.</summary>
    /// <exception cref="InputException">A file is missing, damaged, or does not fit the others.</exception>
    public CoderSet Load(string path)
    {
        try
        {
            CoderSet read = Read(path);
            return read.Coders.Count > 0
                ? read
                : throw new InputException($"{path} holds a dictionary of no layers; fetch it again");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException
            or OutOfMemoryException or OverflowException) // OverflowException: sizes that no memory holds
        {
            throw new InputException($"Cannot read {path}: {fault.Message}", fault);
        }
    }

    /// <summary>Writes the files of a dictionary into an empty folder.</summary>
    /// <exception cref="InputException">The layout cannot hold it.</exception>
    public virtual void Write(CoderSet dictionary, string folder) =>
        throw new InputException($"the layout {Name} is read, but not written; choose another");

    protected abstract CoderSet Read(string path);

    /// <summary>The path of a file: the path itself if it has that ending, or the file of that name in the folder.</summary>
    protected static string? FileAt(string path, string name) =>
        Directory.Exists(path) && File.Exists(Path.Combine(path, name)) ? Path.Combine(path, name)
        : File.Exists(path) && Path.GetFileName(path) == name ? path
        : null;

    /// <summary>The one file with one of some endings, which the path itself may be.</summary>
    protected static string? OnlyFile(string path, params ReadOnlySpan<string> endings)
    {
        List<string> found = [];
        foreach (string file in File.Exists(path) ? [path] : Directory.Exists(path) ? Directory.GetFiles(path) : [])
            if (endings.Contains(Path.GetExtension(file)))
                found.Add(file);
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>The one file of torch.save.</summary>
    protected static string? OnlyTorchFile(string path) => OnlyFile(path, ".pt", ".pth");

    /// <summary>The folder of a path that is a folder or a file in it.</summary>
    protected static string FolderOf(string path) => Directory.Exists(path) ? path
        : Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>The one coder of a dictionary, for layouts that hold one.</summary>
    /// <exception cref="InputException">It has several, or writes to several sites.</exception>
    protected SparseCoder Only(CoderSet dictionary) =>
        dictionary.Coders is [{ Config: { Inputs.Count: 1, Outputs.Count: 1 } } only]
            ? only
            : throw Cannot(dictionary, "a set of coders or several sites");

    /// <summary>Refuses to write what the layout cannot hold.</summary>
    protected InputException Cannot(CoderSet dictionary, string what) =>
        new($"the layout {Name} cannot hold {what}, which "
            + $"{(dictionary.Path.Length > 0 ? dictionary.Path : "the dictionary")} is or has; "
            + "choose another layout");
}
