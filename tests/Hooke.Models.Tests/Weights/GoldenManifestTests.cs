using System.Security.Cryptography;
using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Models.Tests.Weights;

public sealed class GoldenManifestTests
{
    [Fact]
    public void Every_golden_file_is_in_the_manifest_with_its_hash_and_nothing_else_is()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Fixtures.Golden("manifest.json")));
        string[] listed = [.. manifest.RootElement.EnumerateArray()
            .Select(entry => $"{entry.GetProperty("sha256").GetString()} {entry.GetProperty("file").GetString()}")
            .Order(StringComparer.Ordinal)];
        string root = Fixtures.Golden();
        string[] found = [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => (path, name: Path.GetRelativePath(root, path).Replace('\\', '/')))
            .Where(file => file.name != "manifest.json")
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.path)))} {file.name}")
            .Order(StringComparer.Ordinal)];
        Assert.NotEmpty(found);
        Assert.Equal(listed, found);
        Assert.All(manifest.RootElement.EnumerateArray(), entry =>
        {
            Assert.NotEqual("", entry.GetProperty("source").GetString());
            Assert.NotEqual("", entry.GetProperty("maker").GetString());
        });
    }
}
