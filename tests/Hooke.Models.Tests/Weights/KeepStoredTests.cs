using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Weights;

/// <summary>Weights are held once, in one of several forms; no form changes a bit of a result.</summary>
public sealed class KeepStoredTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gpt2", DType.BF16), InlineData("gpt2", DType.F16), InlineData("gpt2", DType.F32)]
    [InlineData("llama", DType.BF16), InlineData("llama", DType.F16), InlineData("llama", DType.F64)]
    public void Activations_and_gradients_are_the_same_however_weights_are_kept(string family, DType type)
    {
        Store(family, type, shards: 1);
        string[] asFloats = Results(keepStored: false, threads: 1);
        Assert.Equal(asFloats, Results(keepStored: false, threads: 2));
        Assert.Equal(asFloats, Results(keepStored: true, threads: 1));
        Assert.Equal(asFloats, Results(keepStored: true, threads: 2));
        Store(family, type, shards: 3);
        Assert.Equal(asFloats, Results(keepStored: true, threads: 2));
    }

    [Theory]
    [InlineData("gpt2"), InlineData("llama")]
    public void Weights_asked_for_are_row_major_and_as_stored(string family)
    {
        Store(family, DType.BF16, shards: 2);
        using Model floats = Model.Load(_folder.Path), kept = Model.Load(_folder.Path, keepStored: true);
        foreach (string name in floats.Weights.Names)
        {
            Assert.Equal(floats.Weights[name].Data.ToArray(), kept.Weights[name].Data.ToArray());
            Assert.All(kept.Weights[name].Data.ToArray(),
                value => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(value) & 0xFFFF));
        }
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        string tensor = family == "gpt2" ? "transformer.wte.weight" : "model.layers.1.mlp.down_proj.weight";
        float[] stored = new float[checkpoint.EntryOf(tensor).Count];
        checkpoint.Read(tensor, stored, [.. checkpoint.ShapeOf(tensor)]);
        Tensor weight = family == "gpt2" ? kept.Weights["embed.W_E"] : Transposed(kept.Weights["blocks.1.mlp.W_out"]);
        Assert.Equal(stored, weight.Data.ToArray());
    }

    [Theory]
    [InlineData(false, "NaN"), InlineData(true, "NaN"), InlineData(false, "Infinity"), InlineData(true, "Infinity")]
    public void A_weight_that_is_not_finite_is_refused_with_its_place(bool keepStored, string value)
    {
        foreach (DType type in new[] { DType.BF16, DType.F16, DType.F32 })
        {
            Store("llama", type, shards: 1, (name, values) =>
            {
                if (name == "model.layers.1.mlp.up_proj.weight")
                    values[^1] = float.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
            });
            string refusal = Assert.Throws<InputException>(() => Model.Load(_folder.Path, keepStored)).Message;
            Assert.Contains($"\"model.layers.1.mlp.up_proj.weight\" ({type} ", refusal, StringComparison.Ordinal);
            Assert.Contains($"holds {value} at [", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_cut_short_while_open_is_refused()
    {
        Store("gpt2", DType.BF16, shards: 1);
        string path = _folder.File("model.safetensors");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        SafetensorsEntry last = file.Entries[^1];
        using (FileStream stream = new(path, FileMode.Open, FileAccess.Write))
            stream.SetLength(stream.Length - 1);
        Assert.Contains("cut short", Assert.Throws<InputException>(
            () => file.Read(last.Name, new float[last.Count])).Message, StringComparison.Ordinal);
    }

    string[] Results(bool keepStored, int threads)
    {
        int before = Work.Threads;
        Work.Threads = threads;
        try
        {
            using Model model = Model.Load(_folder.Path, keepStored);
            TokenBatch tokens = TinyModels.Batch(1, 3, 8);
            Plan plan = new() { Record = [Site.ResidPre.At(0), Site.Z.At(1), Site.MlpPost.At(0)] };
            (Run run, Recording gradients) = model.RunWithGradients(tokens, plan, done => Seed(done.Logits.Shape));
            using (run)
            using (gradients)
            using (Run perHead = model.Run(tokens, new Plan { Record = [Site.Result.At(0), Site.QInput.At(1)] }))
                return [.. plan.Record.SelectMany(a => new[] { Bits(run[a]), Bits(gradients[a]) }),
                    Bits(run.Logits), Bits(perHead[Site.Result.At(0)]), Bits(perHead.Logits)];
        }
        finally
        {
            Work.Threads = before;
        }
    }

    static Tensor Seed(Shape shape)
    {
        Tensor seed = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Count; i++)
            seed.Data[i] = new Rng(5).Normal((ulong)i);
        return seed;
    }

    static string Bits(Tensor x) => Convert.ToHexString(MemoryMarshal.AsBytes(x.Data));

    static Tensor Transposed(Tensor x)
    {
        Tensor y = Tensor.Zeros(x.Shape[1], x.Shape[0]);
        for (int i = 0; i < x.Shape[0]; i++)
            for (int j = 0; j < x.Shape[1]; j++)
                y.Data[(j * x.Shape[0]) + i] = x.Data[(i * x.Shape[1]) + j];
        return y;
    }

    /// <summary>A golden model's weights, rounded to a type, in so many files.</summary>
    void Store(string family, DType type, int shards, Action<string, float[]>? change = null)
    {
        foreach (string old in Directory.EnumerateFiles(_folder.Path))
            File.Delete(old);
        File.Copy(Fixtures.Golden(family, "config.json"), _folder.File("config.json"));
        using Checkpoint from = Checkpoint.Open(Fixtures.Golden(family));
        TensorToWrite[] tensors = [.. from.Names.Select(name =>
        {
            float[] values = new float[from.EntryOf(name).Count];
            from.Read(name, values, [.. from.ShapeOf(name)]);
            values[0] = 1e-7f; // subnormal in F16
            change?.Invoke(name, values);
            return TensorToWrite.FromFloats(name, from.ShapeOf(name), () => values, type);
        })];
        if (shards == 1)
        {
            SafetensorsWriter.Write(_folder.File("model.safetensors"), tensors);
            return;
        }
        Dictionary<string, string> shardOf = [];
        for (int shard = 0; shard < shards; shard++)
        {
            TensorToWrite[] some = [.. tensors.Where((_, i) => i % shards == shard)];
            SafetensorsWriter.Write(_folder.File($"model-{shard}.safetensors"), some);
            foreach (TensorToWrite tensor in some)
                shardOf[tensor.Name] = $"model-{shard}.safetensors";
        }
        _folder.File("model.safetensors.index.json",
            Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { weight_map = shardOf })));
    }
}
