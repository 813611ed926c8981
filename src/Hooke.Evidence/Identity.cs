using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hooke.Evidence;

/// <summary>Names things by the SHA-256 of their bytes, as 64 lower-case hexadecimal digits.</summary>
public static class Identity
{
    /// <summary>The identity of bytes.</summary>
    public static string OfBytes(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The identity of a text's UTF-8 bytes.</summary>
    public static string OfText(string text) => OfBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>The identity of a JSON value: that of its <see cref="CanonicalJson"/>.</summary>
    /// <exception cref="FormatException">The value has no canonical form.</exception>
    public static string OfJson(JsonNode? value) => OfText(CanonicalJson.Text(value));

    /// <summary>The identity of a file's bytes, read as a stream.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string OfFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>
    /// The identity of some files of a folder: that of the lines <c>identity, two spaces, name, line feed</c> in
    /// ordinal
    /// order of name, which <c>sha256sum</c> prints too.
    /// </summary>
    /// <param name="folder">The folder the names start from.</param>
    /// <param name="names">Names relative to the folder, parts joined by a slash.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string OfFiles(string folder, IEnumerable<string> names)
    {
        StringBuilder lines = new();
        foreach (string name in names.Order(StringComparer.Ordinal))
            lines.Append(OfFile(Path.Combine(folder, name))).Append("  ").Append(name).Append('\n');
        return OfText(lines.ToString());
    }

    /// <summary>The identity of every file of a folder and the folders below it.</summary>
    /// <exception cref="IOException">A file cannot be read, or a folder below is a link.</exception>
    public static string OfFolder(string folder) => OfFiles(folder, Names(folder, ""));

    static IEnumerable<string> Names(string folder, string prefix)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
            yield return prefix + Path.GetFileName(file);
        foreach (string below in Directory.EnumerateDirectories(folder))
        {
            if (new DirectoryInfo(below).LinkTarget is not null)
                throw new IOException($"{below} is a link to a folder, which an identity does not follow; copy it.");
            foreach (string name in Names(below, $"{prefix}{Path.GetFileName(below)}/"))
                yield return name;
        }
    }
}
