using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>A TopK autoencoder of a given size with random batches, the same on both sides.</summary>
sealed record DictionaryShape(int NLatents)
{
    public const int Width = 768, K = 32, Rows = 4096, Batches = 2;
    const float Rate = 1e-4f;

    /// <summary>A trainer at its start.</summary>
    public DictionaryTrainer Trainer()
    {
        CoderSite site = new("blocks.6.hook_resid_pre", Width);
        return new DictionaryTrainer(new TrainingRecipe
        {
            Kind = CoderKind.TopK,
            NLatents = NLatents,
            K = K,
            Steps = 1000,
            Optimizer = new(LearningRate: Rate),
            Decoder = new(InitialNorm: 1, Bias: InitialBias.Zero),
            Seed = 1,
        }, new CoderPlace([site], [site]));
    }

    /// <summary>Batches of normal numbers.</summary>
    public static Tensor[] Random() => [.. Enumerable.Range(0, Batches).Select(b =>
    {
        Rng rng = new Rng(2).Fork(b);
        Tensor batch = Tensor.Zeros(Rows, Width);
        Work.For(Rows, 16, (start, end) =>
        {
            for (int i = start * Width; i < end * Width; i++)
                batch.Data[i] = rng.Normal((ulong)i);
        });
        return batch;
    })];

    /// <summary>Writes decoder rows, which are the encoder's too, and batches for the peer.</summary>
    public void Write(string path, DictionaryTrainer trainer, Tensor[] batches)
    {
        using CoderSet start = trainer.ToCoders();
        using FileStream file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes(start.Coders[0].Weights.Decoders[0].Weight.Data));
        foreach (Tensor batch in batches)
            file.Write(MemoryMarshal.AsBytes(batch.Data));
    }

    /// <summary>What the peer is told to begin with.</summary>
    public JsonObject Begin(string file, string how) => new()
    {
        ["do"] = "begin",
        ["file"] = file,
        ["width"] = Width,
        ["latents"] = NLatents,
        ["k"] = K,
        ["rows"] = Rows,
        ["batches"] = Batches,
        ["rate"] = Rate,
        ["how"] = how,
    };
}
