using System.Text;
using System.Text.Json.Nodes;

namespace Hooke.Evidence.Tests;

public sealed class IdentityTests : IDisposable
{
    // SHA-256 of "abc", from FIPS 180-4's examples.
    const string Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooke-identity-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Bytes_texts_and_files_have_the_standard_hash()
    {
        Assert.Equal(Abc, Identity.OfBytes("abc"u8));
        Assert.Equal(Abc, Identity.OfText("abc"));
        Assert.Equal(Abc, Identity.OfFile(Put("a", "abc")));
    }

    [Fact]
    public void Json_has_the_identity_of_its_canonical_text() => Assert.Equal(
        Identity.OfText("""{"a":1,"b":2}"""), Identity.OfJson(new JsonObject { ["b"] = 2, ["a"] = 1.0 }));

    [Fact]
    public void A_folder_has_the_identity_of_its_sorted_listing()
    {
        Put("b", "abc");
        Put(Path.Combine("below", "c"), "");
        Put("A", "abc");
        string empty = Identity.OfText("");
        Assert.Equal(
            Identity.OfText($"{Abc}  A\n{Abc}  b\n{empty}  below/c\n"), Identity.OfFolder(_folder.FullName));
        Assert.Equal(Identity.OfText($"{Abc}  b\n"), Identity.OfFiles(_folder.FullName, ["b"]));
    }

    [Fact]
    public void A_linked_file_counts_by_its_bytes_and_a_linked_folder_is_refused()
    {
        Put("a", "abc");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "b"), Path.Combine(_folder.FullName, "a"));
        Assert.Equal(Identity.OfText($"{Abc}  a\n{Abc}  b\n"), Identity.OfFolder(_folder.FullName));
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "round"), _folder.FullName);
        Assert.Throws<IOException>(() => Identity.OfFolder(_folder.FullName));
    }

    string Put(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
        return path;
    }
}
