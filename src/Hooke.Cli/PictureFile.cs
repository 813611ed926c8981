using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary>Pictures that a command was asked to draw into a file.</summary>
static class PictureFile
{
    /// <summary>Writes beside the file, then moves over it, so that it is never half a picture.</summary>
    /// <exception cref="InputException">The file's folder is not there, or nothing can be written in it.</exception>
    public static void Write(string path, string text)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (!Directory.Exists(folder) || Directory.Exists(path))
            throw new InputException($"{path} cannot be written: give a file in a folder that is there");
        string part = path + ".part";
        try
        {
            File.WriteAllText(part, text);
            File.Move(part, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be written: {fault.Message}", fault);
        }
    }
}
