using System.Buffers.Binary;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Weights;

public sealed class SafetensorsWriteTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        string path = _folder.File("w.safetensors");
        float[] values = [0, -0f, 1.5f, float.MaxValue, float.Epsilon, -3];
        SafetensorsWriter.Write(
            path,
            [
                TensorToWrite.FromFloats("weights \"é\"", [2, 3], () => values),
                TensorToWrite.FromFloats("half", [2], () => (float[])[0.1f, -2], DType.F16),
                TensorToWrite.FromFloats("double", [1], () => (float[])[0.1f], DType.F64),
                TensorToWrite.FromInt64("ids", [3], [long.MinValue, 0, 5]),
            ],
            new Dictionary<string, string> { ["z"] = "last", ["a"] = "first" });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        float[] read = new float[6], half = new float[2], wide = new float[1];
        file.Read("weights \"é\"", read);
        file.Read("half", half);
        file.Read("double", wide);
        Assert.Equal(values, read);
        Assert.Equal([(float)(Half)0.1f, -2], half);
        Assert.Equal([0.1f], wide);
        Assert.Equal([long.MinValue, 0, 5], file.ReadInt64("ids"));
        Assert.Equal("last", file.Metadata["z"]);
        Assert.Equal(["double", "ids", "weights \"é\"", "half"], file.Entries.Select(entry => entry.Name));
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path)) % 8);
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void The_order_of_the_tensors_does_not_change_the_bytes()
    {
        TensorToWrite[] tensors = [.. Enumerable.Range(0, 9).Select(i => TensorToWrite.FromFloats(
            $"t{i}", [1], () => (float[])[i], i % 2 == 0 ? DType.F32 : DType.BF16))];
        SafetensorsWriter.Write(_folder.File("forward"), tensors);
        SafetensorsWriter.Write(_folder.File("backward"), tensors.Reverse());
        Assert.Equal(File.ReadAllBytes(_folder.File("forward")), File.ReadAllBytes(_folder.File("backward")));
    }

    [Fact]
    public void A_fault_while_writing_leaves_the_old_file_and_no_other()
    {
        string path = _folder.File("w.safetensors", [1, 2, 3]);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(
            path, [TensorToWrite.FromFloats("w", [2], () => (float[])[1])]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Two_tensors_of_one_name_and_an_absent_folder_are_refused()
    {
        TensorToWrite one = TensorToWrite.FromInt64("w", [1], [1]);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder.File("w"), [one, one]));
        InputException refusal = Assert.Throws<InputException>(
            () => SafetensorsWriter.Write(_folder.File(Path.Combine("absent", "w")), [one]));
        Assert.Contains("Cannot write", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rounding_the_float32_llama_to_bfloat16_gives_the_bits_that_torch_saved()
    {
        using SafetensorsFile wide = SafetensorsFile.Open(Fixtures.Golden("llama", "model.safetensors"));
        using Checkpoint torch = Checkpoint.Open(Fixtures.Golden("llama_sharded_bf16"));
        string path = _folder.File("rounded.safetensors");
        SafetensorsWriter.Write(path, wide.Entries.Select(entry =>
            TensorToWrite.FromFloats(entry.Name, entry.Shape, () => Values(wide, entry), DType.BF16)));
        using SafetensorsFile rounded = SafetensorsFile.Open(path);
        Assert.Equal(torch.Names, rounded.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.All(rounded.Entries, entry =>
        {
            float[] expected = new float[entry.Count];
            torch.Read(entry.Name, expected, [.. entry.Shape]);
            Assert.Equal(expected, Values(rounded, entry));
        });
    }

    static float[] Values(SafetensorsFile file, SafetensorsEntry entry)
    {
        float[] values = new float[entry.Count];
        file.Read(entry.Name, values);
        return values;
    }
}
