using System.Security.Cryptography;
using Hooke.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Hooke.Models;

/// <summary>Opens files that the user named, so that every fault is one sentence.</summary>
public static class InputFile
{
    const int BufferBytes = 1 << 20;

    /// <summary>Opens a file for reading from the start on.</summary>
    /// <exception cref="InputException">The file is absent or cannot be opened.</exception>
    public static FileStream OpenRead(string path) => new(OpenHandle(path), FileAccess.Read, bufferSize: 1);

    /// <summary>Opens a file for reading anywhere.</summary>
    /// <exception cref="InputException">The file is absent or cannot be opened.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"There is no file {path}; check the path.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"Cannot open {path}: {fault.Message}", fault);
        }
    }

    /// <summary>The whole file, refused before reading where it is larger than such a file can sensibly be.</summary>
    /// <exception cref="InputException">The file is absent, cannot be read, or is too large.</exception>
    public static byte[] ReadAllBytes(string path, int largest)
    {
        using FileStream stream = OpenRead(path);
        if (stream.Length > largest)
            throw new InputException(
                $"{path} is {stream.Length} bytes long; at most {largest} are read of such a file.");
        try
        {
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException fault)
        {
            throw new InputException($"Cannot read {path}: {fault.Message}", fault);
        }
    }

    /// <summary>SHA-256 of the bytes of files one after the other, as `cat FILES | sha256sum` prints it.</summary>
    public static string Sha256(IEnumerable<string> paths)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferBytes];
        foreach (string path in paths)
        {
            using FileStream stream = OpenRead(path);
            for (int read; (read = stream.Read(buffer)) > 0;)
                hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
