using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Weights;

/// <summary>A sharded 16-bit checkpoint with its index or a shard changed at random is loaded or refused.</summary>
public sealed class ShardMutationTests : IDisposable
{
    const string Golden = "llama_sharded_bf16";
    readonly TemporaryFolder _folder = new();

    public ShardMutationTests()
    {
        foreach (string file in Directory.EnumerateFiles(Fixtures.Golden(Golden)))
            if (Path.GetFileName(file) != "reference.safetensors")
                File.Copy(file, _folder.File(Path.GetFileName(file)));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.safetensors.index.json", 150, 5)]
    [InlineData("model-00002-of-00002.safetensors", 60, 6)]
    public void A_file_changed_anywhere_is_loaded_or_refused_by_name(string file, int tests, int stream)
    {
        byte[] original = File.ReadAllBytes(_folder.File(file));
        Prop.ForAll<int>(seed =>
        {
            Draws draws = new Rng((ulong)seed, (ulong)stream).Draw();
            _folder.File(file, Mutation.OfBytes(original, draws));
            return IsLoadedOrRefused(keepStored: draws.Below(2) == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(tests).WithReplay(20260101UL, 7UL));
    }

    [Fact]
    public void A_16_bit_pattern_anywhere_is_loaded_only_if_it_is_finite()
    {
        string shard = _folder.File("model-00001-of-00002.safetensors");
        long start;
        using (SafetensorsFile file = SafetensorsFile.Open(shard))
            start = new FileInfo(shard).Length - file.Entries.Sum(entry => entry.ByteCount);
        byte[] original = File.ReadAllBytes(shard);
        Prop.ForAll<int>(seed =>
        {
            Draws draws = new Rng((ulong)seed, 8).Draw();
            byte[] bytes = [.. original];
            int at = (int)start + (2 * draws.Below((int)(bytes.Length - start) / 2)), pattern = draws.Below(1 << 16);
            pattern |= draws.Below(2) * 0x7F80; // every second one is not finite
            (bytes[at], bytes[at + 1]) = ((byte)pattern, (byte)(pattern >> 8));
            _folder.File("model-00001-of-00002.safetensors", bytes);
            bool finite = (pattern & 0x7F80) != 0x7F80;
            return IsLoaded(keepStored: true) == finite && IsLoaded(keepStored: false) == finite;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(20260101UL, 7UL));
    }

    bool IsLoadedOrRefused(bool keepStored)
    {
        try
        {
            using Model model = Model.Load(_folder.Path, keepStored);
            return true;
        }
        catch (InputException refusal)
        {
            return refusal.Message.Contains(_folder.Path, StringComparison.Ordinal) && !refusal.Message.Contains('\n');
        }
    }

    bool IsLoaded(bool keepStored)
    {
        try
        {
            using Model model = Model.Load(_folder.Path, keepStored);
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }
}
