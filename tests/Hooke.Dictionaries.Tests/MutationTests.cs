using FsCheck;
using FsCheck.Fluent;
using Hooke.Testing;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>A dictionary whose files were changed at random is read or refused; nothing else happens.</summary>
public sealed class MutationTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("saelens/topk", "cfg.json", 300), InlineData("saelens/gated", "sae_weights.safetensors", 200)]
    [InlineData("dictionary_learning/batch_topk", "ae.pt", 400), InlineData("dictionary_learning/batch_topk", "config.json", 200)]
    [InlineData("openai_sae/topk_normalized", "autoencoder.pt", 300), InlineData("sparsify/transcode", "cfg.json", 200)]
    public void A_file_changed_anywhere_is_read_or_refused(string golden, string file, int times)
    {
        string folder = Fixtures.Golden("dictionaries", golden);
        byte[] original = File.ReadAllBytes(Path.Combine(folder, file));
        Prop.ForAll<int>(seed =>
        {
            byte[] changed = Changed(original, new Rng((ulong)seed, 5).Draw());
            return IsReadOrRefused(_folder.CopyOf(folder, file, _ => changed));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(20260101UL, 7UL));
    }

    /// <summary>The check sums and sizes of the zip are made to fit, so that the change reaches the pickle.</summary>
    [Fact]
    public void A_pickle_changed_anywhere_is_read_or_refused()
    {
        byte[] pickle;
        using (ZipSource zip = new(Fixtures.Golden("dictionaries", "openai_sae/topk_normalized", "autoencoder.pt")))
            pickle = zip.Read("autoencoder/data.pkl", 1 << 20);
        Prop.ForAll<int>(seed =>
        {
            using (FileStream file = File.Create(_folder["x.pt"]))
            {
                ZipWriter zip = new(file, ZipStyle.Torch);
                zip.Add("x/data.pkl", Changed(pickle, new Rng((ulong)seed, 6).Draw()));
                for (int i = 0; i < 7; i++)
                    zip.Add($"x/data/{i}", new byte[12288]);
                zip.Finish();
            }
            return IsReadOrRefused(_folder["x.pt"]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500).WithReplay(20260101UL, 7UL));
    }

    [Fact]
    public void An_archive_of_NumPy_changed_anywhere_is_read_or_refused()
    {
        using (CoderSet made = new(Made.Coder(CoderKind.JumpRelu, 6, 10)))
            made.Save(_folder["gemma"], "gemma-scope");
        byte[] original = File.ReadAllBytes(Path.Combine(_folder["gemma"], "params.npz"));
        Prop.ForAll<int>(seed => IsReadOrRefused(_folder.CopyOf(_folder["gemma"], "params.npz", _ => Changed(original, new Rng((ulong)seed, 8).Draw()))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101UL, 7UL));
    }

    static bool IsReadOrRefused(string path)
    {
        try
        {
            using CoderSet dictionary = CoderSet.Load(path);
            return dictionary.Coders.Count == 1;
        }
        catch (InputException refusal)
        {
            return refusal.Message.Length > 20;
        }
    }

    static byte[] Changed(byte[] original, Draws draws)
    {
        List<byte> bytes = [.. original];
        for (int changes = 1 + draws.Below(4); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = draws.Below(bytes.Count), length = Math.Min(1 + draws.Below(12), bytes.Count - at);
            switch (draws.Below(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << draws.Below(8));
                    break;
                case 1:
                    bytes[at] = (byte)draws.Below(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    if (draws.Chance(0.3))
                        bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
