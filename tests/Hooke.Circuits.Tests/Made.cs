using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>Models, prompts and upstream's tensors that the tests of this project share.</summary>
static class Made
{
    /// <summary>The golden GPT-2: random weights, 3 layers of 4 heads.</summary>
    public static Model Gpt2() => Model.Load(Fixtures.Golden("gpt2"));

    /// <summary>A GPT-2 of random weights, small enough to run thousands of times.</summary>
    public static Model Tiny(int neurons = 16)
    {
        TransformerConfig config = new()
        {
            Family = "gpt2",
            NLayers = 2,
            DModel = 8,
            NHeads = 2,
            NKeyValueHeads = 2,
            DHead = 4,
            DMlp = neurons,
            DVocab = 11,
            NCtx = 8,
            Activation = Activation.GeluTanh,
            IsLayerNorm = true,
            NormEpsilon = 1e-5f,
            Positions = PositionKind.Learned,
            HasQkvBias = true,
            HasOutputBias = true,
            HasMlpBias = true,
        };
        return Random(config);
    }

    /// <summary>A Llama of random weights, as small, whose two heads may share keys and values.</summary>
    public static Model TinyLlama(int keyHeads, int layers = 2) => Random(new()
    {
        Family = "llama",
        NLayers = layers,
        DModel = 8,
        NHeads = 2,
        NKeyValueHeads = keyHeads,
        DHead = 4,
        DMlp = 16,
        DVocab = 11,
        NCtx = 8,
        Activation = Activation.Silu,
        IsGated = true,
        NormEpsilon = 1e-5f,
        Positions = PositionKind.Rotary,
    });

    /// <summary>A model of random weights.</summary>
    public static Model Random(TransformerConfig config) => new(config, new TransformerWeights(config, (name, shape) =>
    {
        Rng rng = new Rng(20260101).Fork(name);
        Tensor weight = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Count; i++)
            weight.Data[i] = (shape.Rank == 1 && name.EndsWith(".w", StringComparison.Ordinal)
                ? 1 : 0) + (0.4f * rng.Normal((ulong)i));
        return weight;
    }));

    /// <summary>Random prompt pairs of several lengths.</summary>
    public static PromptSet Prompts(Model model, int[] lengths, ulong seed)
    {
        Draws draws = new Rng(seed).Draw();
        int vocabulary = model.Config.DVocab;
        TokenBatch Some() => new([.. lengths.Select(n =>
            (int[])[.. Enumerable.Range(0, n).Select(_ => draws.Below(vocabulary))])]);
        return new(Some(), Some(), [.. lengths.Select(_ =>
            (new[] { draws.Below(vocabulary) }, new[] { draws.Below(vocabulary) }))]);
    }

    /// <summary>A tensor of a golden file.</summary>
    public static float[] Read(SafetensorsFile file, string name)
    {
        float[] values = new float[file.EntryOf(name).Count];
        file.Read(name, values);
        return values;
    }

    /// <summary>Whole numbers of a golden file, as prompts.</summary>
    public static TokenBatch Tokens(SafetensorsFile file, string name) =>
        new([.. file.ReadInt64(name).Select(id => (int)id).Chunk((int)file.EntryOf(name).Shape[^1])]);

    /// <summary>‖a − b‖ / ‖b‖</summary>
    public static double Difference(IEnumerable<double> a, IEnumerable<double> b)
    {
        (double Found, double Expected)[] pairs = [.. a.Zip(b)];
        Assert.Equal(b.Count(), pairs.Length);
        Assert.Equal(a.Count(), pairs.Length);
        return Math.Sqrt(pairs.Sum(p => Math.Pow(p.Found - p.Expected, 2)) / pairs.Sum(p => p.Expected * p.Expected));
    }
}
