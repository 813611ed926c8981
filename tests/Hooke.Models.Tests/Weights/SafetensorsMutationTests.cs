using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Weights;

/// <summary>A safetensors file changed at random is read or refused; nothing else happens.</summary>
public sealed class SafetensorsMutationTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly byte[] _original;

    public SafetensorsMutationTests()
    {
        string path = _folder.File("original");
        SafetensorsWriter.Write(
            path,
            [
                TensorToWrite.FromFloats("blocks.0.weight", [3, 4], () => new float[12]),
                TensorToWrite.FromFloats("blocks.0.bias", [4], () => new float[4], DType.BF16),
                TensorToWrite.FromFloats("scale", [], () => new float[1], DType.F16),
                TensorToWrite.FromInt64("ids", [2, 1], [5, 6]),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        _original = File.ReadAllBytes(path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_changed_anywhere_is_read_within_its_bounds_or_refused() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed, 3).Draw();
        return IsReadOrRefused(Mutation.OfBytes(_original, draws));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101UL, 7UL));

    /// <summary>The length prefix is made to fit, so that the change reaches the checks behind it.</summary>
    [Fact]
    public void A_header_changed_anywhere_is_read_within_its_bounds_or_refused() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed, 4).Draw();
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(_original);
        byte[] header = Mutation.OfBytes(_original[8..(8 + length)], draws);
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return IsReadOrRefused([.. prefix, .. header, .. _original[(8 + length)..]]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20260101UL, 7UL));

    bool IsReadOrRefused(byte[] bytes)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(_folder.File("changed", bytes));
            long stored = 0;
            foreach (SafetensorsEntry entry in file.Entries)
            {
                stored += entry.ByteCount;
                ReadWhole(file, entry);
            }
            return stored <= bytes.Length;
        }
        catch (InputException refusal)
        {
            return refusal.Message.Contains("changed", StringComparison.Ordinal);
        }
    }

    static void ReadWhole(SafetensorsFile file, SafetensorsEntry entry)
    {
        if (entry.Type is DType.F16 or DType.BF16 or DType.F32 or DType.F64)
            file.Read(entry.Name, new float[entry.Count]);
        else
            _ = file.ReadInt64(entry.Name);
    }
}
