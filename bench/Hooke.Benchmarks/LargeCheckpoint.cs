using System.Globalization;
using System.Text.Json;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>A checkpoint of Llama's shape, 1.5 billion random weights in BF16, in a folder of its own.</summary>
sealed class LargeCheckpoint : IDisposable
{
    const int NLayers = 24, DModel = 2048, Heads = 32, KeyValueHeads = 8, DHead = 64, DMlp = 7680, DVocab = 32_000;
    const int LayersPerShard = 6;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooke-bench-");
    readonly Dictionary<string, string> _shardOf = [];

    /// <summary>Writes it, one tensor at a time.</summary>
    public LargeCheckpoint()
    {
        Write("config.json", new
        {
            model_type = "llama",
            num_hidden_layers = NLayers,
            hidden_size = DModel,
            num_attention_heads = Heads,
            num_key_value_heads = KeyValueHeads,
            head_dim = DHead,
            intermediate_size = DMlp,
            vocab_size = DVocab,
            max_position_embeddings = 4096,
            rms_norm_eps = 1e-5,
            tie_word_embeddings = false,
        });
        WriteShard("model-ends.safetensors",
        [
            Random("model.embed_tokens.weight", DVocab, DModel), Random("lm_head.weight", DVocab, DModel),
            Ones("model.norm.weight"),
        ]);
        for (int layer = 0; layer < NLayers; layer += LayersPerShard)
            WriteShard($"model-{layer:d2}.safetensors", Enumerable.Range(layer, LayersPerShard).SelectMany(Layer));
        Write("model.safetensors.index.json", new { weight_map = _shardOf });
    }

    /// <summary>The folder.</summary>
    public string Path => _folder.FullName;

    /// <summary>How many weights there are.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    static IEnumerable<TensorToWrite> Layer(int layer)
    {
        string block = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
        return
        [
            Ones(block + "input_layernorm.weight"),
            Random(block + "self_attn.q_proj.weight", Heads * DHead, DModel),
            Random(block + "self_attn.k_proj.weight", KeyValueHeads * DHead, DModel),
            Random(block + "self_attn.v_proj.weight", KeyValueHeads * DHead, DModel),
            Random(block + "self_attn.o_proj.weight", DModel, Heads * DHead),
            Ones(block + "post_attention_layernorm.weight"),
            Random(block + "mlp.gate_proj.weight", DMlp, DModel),
            Random(block + "mlp.up_proj.weight", DMlp, DModel),
            Random(block + "mlp.down_proj.weight", DModel, DMlp),
        ];
    }

    static TensorToWrite Ones(string name) =>
        TensorToWrite.FromFloats(name, [DModel], () => Enumerable.Repeat(1f, DModel).ToArray(), DType.BF16);

    // Uniform, of deviation 1/√in; four numbers to 64 random bits.
    static TensorToWrite Random(string name, int outputs, int inputs) => TensorToWrite.FromFloats(name, [outputs, inputs], () =>
    {
        float[] values = new float[outputs * inputs];
        Rng rng = new Rng(3).Fork(name);
        float spread = MathF.Sqrt(12f / inputs) / (1 << 16);
        Work.For(values.Length / 4, 1 << 14, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                ulong bits = rng.Bits((ulong)i);
                for (int part = 0; part < 4; part++, bits >>= 16)
                    values[(4 * i) + part] = spread * ((int)(bits & 0xFFFF) - (1 << 15));
            }
        });
        return values;
    }, DType.BF16);

    void WriteShard(string file, IEnumerable<TensorToWrite> tensors)
    {
        TensorToWrite[] all = [.. tensors];
        foreach (TensorToWrite tensor in all)
        {
            _shardOf[tensor.Name] = file;
            Count += tensor.Shape.Aggregate(1L, (count, size) => count * size);
        }
        SafetensorsWriter.Write(System.IO.Path.Combine(Path, file), all);
    }

    void Write(string file, object content) =>
        File.WriteAllText(System.IO.Path.Combine(Path, file), JsonSerializer.Serialize(content));
}
