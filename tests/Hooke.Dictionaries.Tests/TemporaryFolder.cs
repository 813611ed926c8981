namespace Hooke.Dictionaries.Tests;

/// <summary>A folder of a test's own, deleted with what is in it.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hooke-dictionaries-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A copy of a folder's files, one of them changed.</summary>
    public string CopyOf(string folder, string? file = null, Func<byte[], byte[]>? change = null)
    {
        string copy = this["copy"];
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        Directory.CreateDirectory(copy);
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (System.IO.Path.GetFileName(path) == file)
                bytes = change!(bytes);
            File.WriteAllBytes(System.IO.Path.Combine(copy, System.IO.Path.GetFileName(path)), bytes);
        }
        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
