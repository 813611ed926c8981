using System.Security.Cryptography;
using System.Text;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Weights;

public sealed class CheckpointTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_embedding_is_what_transformers_looked_up()
    {
        string folder = Fixtures.Golden("llama");
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        using SafetensorsFile reference = SafetensorsFile.Open(Path.Combine(folder, "reference.safetensors"));
        IReadOnlyList<long> shape = checkpoint.ShapeOf("model.embed_tokens.weight"); // [vocabulary, d_model]
        int width = (int)shape[1];
        float[] table = new float[shape[0] * width];
        checkpoint.Read("model.embed_tokens.weight", table, shape[0], shape[1]);
        long[] ids = reference.ReadInt64("input_ids");
        float[] embedded = new float[ids.Length * width];
        reference.Read("embed", embedded);
        Assert.Equal(embedded, ids.SelectMany(id => table.AsSpan((int)id * width, width).ToArray()));
    }

    [Fact]
    public void The_identity_of_shards_is_the_hash_of_their_bytes_in_name_order()
    {
        string folder = Fixtures.Golden("llama_sharded_bf16");
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        byte[] all = [.. File.ReadAllBytes(Path.Combine(folder, "model-00001-of-00002.safetensors")),
            .. File.ReadAllBytes(Path.Combine(folder, "model-00002-of-00002.safetensors"))];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(all)), checkpoint.Sha256);
        Assert.Equal(30, checkpoint.Names.Count);
        Assert.True(checkpoint.Contains("lm_head.weight"));
    }

    [Fact]
    public void A_shape_the_model_does_not_expect_is_refused_with_both_shapes()
    {
        using Checkpoint checkpoint = Checkpoint.Open(Fixtures.Golden("llama_sharded_bf16"));
        string refusal = Refusal(() => checkpoint.Read("model.norm.weight", new float[128], 128));
        Assert.Contains("\"model.norm.weight\" has shape [64]", refusal, StringComparison.Ordinal);
        Assert.Contains("asks for [128]", refusal, StringComparison.Ordinal);
        Assert.Contains(".safetensors", refusal, StringComparison.Ordinal);
        Assert.Contains("no tensor \"absent\"", Refusal(() => checkpoint.ShapeOf("absent")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "a pickle can run code and is never read")]
    [InlineData("notes.txt", "has neither")]
    public void A_folder_without_safetensors_is_refused(string file, string because)
    {
        _folder.File(file, [1]);
        Assert.Contains(because, Refusal(() => Checkpoint.Open(_folder.Path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map":{"w":"../one.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"w":"/etc/one.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"w":"sub\\one.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"w":".safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"w":"pytorch_model.bin"}}""", "same folder")]
    [InlineData("""{"weight_map":{"w":3}}""", "same folder")]
    [InlineData("""{"weight_map":{"w":"two.safetensors"}}""", "not in the folder")]
    [InlineData("""{"weight_map":{"v":"one.safetensors"}}""", "does not have it")]
    [InlineData("""{"weight_map":{"w":"one.safetensors","w":"one.safetensors"}}""", "not valid JSON")]
    [InlineData("""{"weight_map":{"\ud800":"one.safetensors"}}""", "not valid JSON")]
    [InlineData("""{"weight_map":{"w":"\ud800.safetensors"}}""", "not valid Unicode")]
    [InlineData("""{"weight_map":[]}""", "weight_map")]
    [InlineData("""[]""", "weight_map")]
    [InlineData("""{"weight_map":{}""", "not valid JSON")]
    public void An_index_that_lies_is_refused(string index, string because)
    {
        SafetensorsWriter.Write(_folder.File("one.safetensors"), [TensorToWrite.FromInt64("w", [1], [1])]);
        _folder.File("model.safetensors.index.json", Encoding.UTF8.GetBytes(index));
        Assert.Contains(because, Refusal(() => Checkpoint.Open(_folder.Path)), StringComparison.Ordinal);
    }

    [FixtureTheory]
    [InlineData("stories260K", 47)]
    [InlineData("nano_gpt_sort", 3 * 12 + 5)]
    [InlineData("tiny_random_gpt2", 5 * 12 + 4)]
    public void Third_party_checkpoints_open_with_all_their_tensors(string model, int tensors)
    {
        string folder = Fixtures.ThirdParty("models", model);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        Assert.Equal(tensors, checkpoint.Names.Count);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "model.safetensors")))),
            checkpoint.Sha256);
        Assert.All(checkpoint.Names, name =>
        {
            IReadOnlyList<long> shape = checkpoint.ShapeOf(name);
            checkpoint.Read(name, new float[checkpoint.EntryOf(name).Count], [.. shape]);
        });
    }

    static string Refusal(Action action) => Assert.Throws<InputException>(action).Message;
}
