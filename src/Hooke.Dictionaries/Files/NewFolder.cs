using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Makes a folder so that its path holds nothing or all of it, never a part.</summary>
static class NewFolder
{
    /// <summary>Fills a folder beside the path, then moves it there; on a fault nothing is left behind.</summary>
    /// <exception cref="InputException">The path is taken or cannot be written.</exception>
    public static void Write(string path, Action<string> fill)
    {
        string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), part = whole + ".part";
        if (Path.Exists(whole) || Path.Exists(part))
            throw new InputException($"{(Path.Exists(whole) ? path : part)} is there already; name a folder that is not");
        try
        {
            Directory.CreateDirectory(part);
            fill(part);
            Directory.Move(part, whole);
        }
        catch (Exception fault)
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
            if (fault is IOException or UnauthorizedAccessException)
                throw new InputException($"Cannot write {path}: {fault.Message}", fault);
            throw;
        }
    }
}
