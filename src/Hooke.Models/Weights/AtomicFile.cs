using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Writes a file so that its path holds either the old bytes or all of the new ones, never a part.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes beside the path, flushes to the disk, then moves over it; on a fault nothing is left behind.
    /// </summary>
    /// <exception cref="InputException">
    /// The folder is absent, not writable or full, or somebody else is writing it.
    /// </exception>
    public static void Write(string path, Action<Stream> write)
    {
        string part = path + ".part";
        bool mine = false;
        try
        {
            using (FileStream stream = new(part, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                mine = true;
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
        }
        catch (Exception fault)
        {
            if (mine)
                File.Delete(part);
            if (fault is IOException or UnauthorizedAccessException
                or ArgumentOutOfRangeException { ParamName: "value" }) // what .NET makes of EFBIG: larger than files may be there
                throw new InputException($"Cannot write {path}: {fault.Message}", fault);
            throw;
        }
    }
}
