using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Probe;

/// <summary>
/// Prints hashes of everything that random transformers compute, so that a test can start it with other numbers of
/// threads and other vectors and compare: <c>Hooke.Probe THREADS</c>.
/// </summary>
static class Program
{
    static void Main(string[] args)
    {
        Work.Threads = int.Parse(args[0], CultureInfo.InvariantCulture);
        int width = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        Console.WriteLine($"vectors {width} fma {Fma.IsSupported || AdvSimd.IsSupported}");
        Console.WriteLine($"small matrices {SmallMatrices.Hash()}");
        foreach (TransformerConfig config in new[] { Gpt2, Llama, Gemma })
        {
            TokenBatch tokens = new([.. Lengths.Select((length, b) => Tokens(length, b, config.DVocab))]);
            foreach ((string what, string hash) in Forward(config, tokens))
                Console.WriteLine($"{config.Family} {what} {hash}");
            if (config.NormGainOffset == 0)
                Console.WriteLine($"{config.Family} two training steps {Training(config, tokens)}");
        }
    }

    // Long enough that elementwise work is split between threads, of lengths and widths that leave tails of vectors.
    static readonly int[] Lengths = [48, 37, 48, 11];

    static TransformerConfig Gpt2 { get; } = new()
    {
        Family = "gpt2",
        NLayers = 2,
        DModel = 96,
        NHeads = 6,
        NKeyValueHeads = 6,
        DHead = 16,
        DMlp = 290,
        DVocab = 499,
        NCtx = 48,
        Activation = Activation.GeluTanh,
        IsLayerNorm = true,
        NormEpsilon = 1e-5f,
        Positions = PositionKind.Learned,
        HasQkvBias = true,
        HasOutputBias = true,
        HasMlpBias = true,
        IsTied = true,
    };

    static TransformerConfig Llama { get; } = Gpt2 with
    {
        Family = "llama",
        NHeads = 6,
        NKeyValueHeads = 3,
        DHead = 18,
        Activation = Activation.Silu,
        IsGated = true,
        IsLayerNorm = false,
        Positions = PositionKind.Rotary,
        HasQkvBias = false,
        HasOutputBias = false,
        HasMlpBias = false,
        IsTied = false,
    };

    static TransformerConfig Gemma { get; } = Llama with
    {
        Family = "gemma3_text",
        Activation = Activation.GeluTanh,
        NormGainOffset = 1,
        HasPostNorms = true,
        HasQKNorm = true,
        EmbeddingScale = MathF.Sqrt(96),
        AttnScale = 0.2f,
        AttnSoftCap = 2,
        LogitSoftCap = 5,
        Windowed = LayerSet.Where(2, layer => layer == 0),
        WindowSize = 9,
        Rotary = new RotaryConfig { Theta = 1_000_000, Scaling = new Llama3Scaling(8, 1, 4, 16) },
        WindowedRotary = new RotaryConfig { Scaling = new LinearScaling(2) },
        IsTied = true,
    };

    static IEnumerable<(string What, string Hash)> Forward(TransformerConfig config, TokenBatch tokens)
    {
        using Model model = new(config, new TransformerWeights(config, (name, shape) => Random(name, shape, config.DModel)));
        Address[] split = [.. Addresses(config).Where(ReadsAlone)], together = [.. Addresses(config).Where(a => !ReadsAlone(a))];
        foreach ((string what, Address[] record) in new[] { ("forward", together), ("forward with split inputs", split) })
        {
            using Run run = model.Run(tokens, new Plan { Record = record });
            yield return (what, Hash(record.Select(address => run[address]).Append(run.Logits)));
            (Run again, Recording gradients) = model.RunWithGradients(tokens, new Plan { Record = record }, r => r.Logits.Clone());
            yield return ($"gradients of {what}", Hash(record.Select(address => gradients[address])));
            again.Dispose();
            gradients.Dispose();
        }
    }

    static string Training(TransformerConfig config, TokenBatch tokens)
    {
        using Trainer trainer = new(config, 7, new AdamWSettings());
        float[] losses = [trainer.Step(tokens, 0.01f), trainer.Step(tokens, 0.005f)];
        string path = Path.GetTempFileName();
        try
        {
            trainer.SaveCheckpoint(path, losses);
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    static IEnumerable<Address> Addresses(TransformerConfig config) =>
        from site in Site.All
        where config.Has(site)
        from layer in site.IsPerLayer ? Enumerable.Range(0, config.NLayers).Select(l => (int?)l) : [null]
        select site.At(layer);

    // Heads that read streams of their own are another way through attention: another run.
    static bool ReadsAlone(Address address) =>
        address.Site == Site.QInput || address.Site == Site.KInput || address.Site == Site.VInput;

    static int[] Tokens(int length, int prompt, int vocabulary)
    {
        Draws draws = new Rng(3).Fork(prompt).Draw();
        return [.. Enumerable.Range(0, length).Select(_ => draws.Below(vocabulary))];
    }

    static Tensor Random(string name, Shape shape, int dModel)
    {
        Rng rng = new Rng(5).Fork(name);
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Count; i++)
            tensor.Data[i] = (rng.Normal((ulong)i) / MathF.Sqrt(dModel)) + (name.EndsWith(".w", StringComparison.Ordinal) ? 1 : 0);
        return tensor;
    }

    static string Hash(IEnumerable<Tensor> tensors)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor tensor in tensors)
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Data));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
