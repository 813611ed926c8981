using System.Buffers.Binary;
using System.Text;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Weights;

public sealed class SafetensorsReadTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FixtureTheory]
    [InlineData("d", DType.F64)]
    [InlineData("f", DType.F32)]
    [InlineData("e", DType.F16)]
    public void Floats_of_the_official_samples_have_their_documented_values(string name, DType type)
    {
        foreach (string file in (string[])[$"{name}.safetensors", "overall.safetensors"])
        {
            using SafetensorsFile sample = Sample(file);
            float[] values = new float[6];
            sample.Read(name, values);
            Assert.Equal(type, sample.EntryOf(name).Type);
            Assert.Equal([6], sample.EntryOf(name).Shape);
            Assert.Equal([-3, -2, -1, 0, 1, 2], values);
            Assert.Equal("a", Assert.Single(sample.Metadata, pair => pair.Key == "test").Value);
        }
    }

    [FixtureTheory]
    [InlineData("b", 0L)]
    [InlineData("h", 0L)]
    [InlineData("i", 0L)]
    [InlineData("B", 256L)]
    [InlineData("H", 65536L)]
    [InlineData("I", 4294967296L)]
    public void Integers_of_the_official_samples_have_their_documented_values(string name, long wrap)
    {
        string single = wrap == 0 ? $"{name}.safetensors" : $"{name}_upper.safetensors";
        foreach (string file in (string[])[single, "overall.safetensors"])
        {
            using SafetensorsFile sample = Sample(file);
            Assert.Equal([wrap - 3, wrap - 2, wrap - 1, 0, 1, 2], sample.ReadInt64(name));
        }
    }

    [Fact]
    public void Every_half_widens_to_the_float_the_runtime_says()
    {
        byte[] bytes = new byte[2 * 65536];
        for (int i = 0; i < 65536; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)i);
        using SafetensorsFile file = Open("""{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}""", bytes);
        float[] values = new float[65536];
        file.Read("h", values, allowNonFinite: true);
        for (int i = 0; i < 65536; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            Assert.True(expected.Equals(values[i]) && float.IsNegative(expected) == float.IsNegative(values[i]), $"{i:x4}");
        }
    }

    [Fact]
    public void Every_bfloat16_widens_to_the_float_with_the_same_upper_bits()
    {
        byte[] bytes = new byte[2 * 65536];
        for (int i = 0; i < 65536; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)i);
        using SafetensorsFile file = Open("""{"h":{"dtype":"BF16","shape":[65536],"data_offsets":[0,131072]}}""", bytes);
        float[] values = new float[65536];
        file.Read("h", values, allowNonFinite: true);
        Assert.Equal(Enumerable.Range(0, 65536).Select(i => (uint)i << 16), values.Select(BitConverter.SingleToUInt32Bits));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_refused_with_tensor_and_position(float bad)
    {
        byte[] bytes = new byte[4 * 6 * 7];
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * (5 * 7 + 3)), bad);
        using SafetensorsFile file = Open("""{"w":{"dtype":"F32","shape":[6,7],"data_offsets":[0,168]}}""", bytes);
        InputException refusal = Assert.Throws<InputException>(() => file.Read("w", new float[42]));
        Assert.Contains("\"w\" (F32 [6, 7])", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[5, 3]", refusal.Message, StringComparison.Ordinal);
        float[] values = new float[42];
        file.Read("w", values, allowNonFinite: true);
        Assert.Equal(bad, values[38]);
    }

    [Fact]
    public void A_double_too_large_for_float32_is_refused()
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, 1e300);
        using SafetensorsFile file = Open("""{"w":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}""", bytes);
        Assert.Throws<InputException>(() => file.Read("w", new float[1]));
    }

    [Theory]
    [InlineData("""[]""", 0, "does not begin with")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", 4, "not valid safetensors JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", 4, "not valid safetensors JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],}}""", 4, "not valid safetensors JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "twice")]
    [InlineData("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4, "\"F33\", which is not one of")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2305843009213693952],"data_offsets":[0,4]}}""", 4, "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "takes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "span -4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}""", 4, "\"extra\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "inside the tensor before it")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "8 bytes of data")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "not valid safetensors JSON")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "twice")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not valid safetensors JSON")]
    [InlineData("""{"a":7}""", 0, "not valid safetensors JSON")]
    public void A_header_that_lies_is_refused(string header, int dataBytes, string because)
    {
        InputException refusal = Assert.Throws<InputException>(() => Open(header, new byte[dataBytes]));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("x.safetensors", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "too short")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0 }, "too short")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, (byte)'{' }, "truncated")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "does not begin with")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, (byte)'{', (byte)'}' }, "claims a header")]
    [InlineData(new byte[] { 1, 225, 245, 5, 0, 0, 0, 0, (byte)'{', (byte)'}' }, "claims a header of 100000001")]
    public void A_length_prefix_that_lies_is_refused(byte[] bytes, string because)
    {
        InputException refusal = Assert.Throws<InputException>(
            () => SafetensorsFile.Open(_folder.File("x.safetensors", bytes)));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_of_no_elements_and_a_scalar_are_read()
    {
        using SafetensorsFile file = Open(
            """{"none":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]},"one":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""",
            [0, 0, 128, 63]);
        float[] one = new float[1];
        file.Read("one", one);
        file.Read("none", []);
        Assert.Equal([1], one);
        Assert.Equal(["none", "one"], file.Entries.Select(entry => entry.Name));
    }

    [Fact]
    public void What_is_asked_of_the_wrong_tensor_is_refused_by_name()
    {
        using SafetensorsFile file = Open("""{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);
        Assert.Contains("such as \"ids\"", Refusal(() => file.EntryOf("nothing")), StringComparison.Ordinal);
        Assert.Contains("\"ids\" (I64 [1]) cannot be read as float32", Refusal(() => file.Read("ids", new float[1])), StringComparison.Ordinal);
        Assert.Contains("no file", Refusal(() => SafetensorsFile.Open(_folder.File("absent"))), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("ids", 4, 5).Length);
        Assert.Equal(8, file.Bytes("ids", 0, 8).Length);
    }

    [Fact]
    public void Reading_after_disposal_is_refused()
    {
        SafetensorsFile file = Open("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4]);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("w", new float[1]));
    }

    static string Refusal(Action action) => Assert.Throws<InputException>(action).Message;

    static SafetensorsFile Sample(string name) =>
        SafetensorsFile.Open(Fixtures.ThirdParty("format_cases", "safetensors", name));

    SafetensorsFile Open(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        return SafetensorsFile.Open(_folder.File("x.safetensors", bytes));
    }
}
