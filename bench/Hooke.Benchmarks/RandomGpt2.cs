using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>A model of GPT-2 small's shape with random weights, and random prompts for it.</summary>
static class RandomGpt2
{
    static readonly TransformerConfig Config = new()
    {
        Family = "gpt2",
        NLayers = 12,
        DModel = 768,
        NHeads = 12,
        NKeyValueHeads = 12,
        DHead = 64,
        DMlp = 3072,
        DVocab = 50257,
        NCtx = 1024,
        Activation = Activation.GeluTanh,
        IsLayerNorm = true,
        NormEpsilon = 1e-5f,
        Positions = PositionKind.Learned,
        HasQkvBias = true,
        HasOutputBias = true,
        HasMlpBias = true,
        IsTied = true,
    };

    public static Model Create() => Create(Config);

    /// <summary>A GPT-2 of fewer layers, narrower, with heads of 32 numbers and a small vocabulary.</summary>
    public static Model Small(int layers, int width) => Create(Config with
    {
        NLayers = layers,
        DModel = width,
        NHeads = width / 32,
        NKeyValueHeads = width / 32,
        DHead = 32,
        DMlp = 4 * width,
        DVocab = 1024,
    });

    /// <summary>A prompt of random tokens of a vocabulary.</summary>
    public static int[] Tokens(int count, int vocabulary)
    {
        Draws draws = new Rng(2).Draw();
        return [.. Enumerable.Range(0, count).Select(_ => draws.Below(vocabulary))];
    }

    static Model Create(TransformerConfig config) => new(config, new TransformerWeights(config, Weight));

    /// <summary>Prompts of random tokens.</summary>
    public static int[][] Prompts(int count, int positions)
    {
        Draws draws = new Rng(2).Draw();
        return [.. Enumerable.Range(0, count).Select(_ =>
            Enumerable.Range(0, positions).Select(_ => draws.Below(Config.DVocab)).ToArray())];
    }

    /// <summary>The addresses of sites, in every layer where a layer has them.</summary>
    public static IReadOnlyList<Address> Everywhere(IEnumerable<Site> sites) => [.. sites.SelectMany(site => site.IsPerLayer
        ? Enumerable.Range(0, Config.NLayers).Select(layer => site.At(layer))
        : [site.At()])];

    // Uniform, of deviation 1/√in for matrices; nothing stays 0 or 1, so that no weight can be left out unnoticed.
    static Tensor Weight(string name, Shape shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        Rng rng = new Rng(1).Fork(name);
        bool isGain = name.EndsWith(".w", StringComparison.Ordinal);
        bool isMatrix = shape.Rank == 2 && !name.Contains("embed", StringComparison.Ordinal);
        float spread = MathF.Sqrt(12) * (isMatrix ? 1 / MathF.Sqrt(shape[0]) : 0.05f);
        Work.For(shape.Count, 1 << 16, (start, end) =>
        {
            for (int i = start; i < end; i++)
                tensor.Data[i] = (isGain ? 1 : 0) + (spread * ((float)rng.Uniform((ulong)i) - 0.5f));
        });
        return tensor;
    }
}
