using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>A forward pass that keeps every activation, against the same in PyTorch.</summary>
static class RecordedForward
{
    const int Rounds = 9;

    // Not there in GPT-2, or wanted by few and dear to keep: the heads' outputs and inputs in the residual stream.
    static readonly Site[] Others =
        [Site.Result, Site.QInput, Site.KInput, Site.VInput, Site.MlpIn, Site.RotQ, Site.RotK, Site.MlpPreLinear];

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        Plan plan = Everything(model.Config);
        Console.WriteLine("GPT-2 small's shape, random weights, float32; every activation kept.");
        Console.WriteLine("Ratio: time of PyTorch / time of Hooke.");
        Console.WriteLine($"{Work.Threads} threads, {32 * GemmTiles.Width}-bit vectors, {peer.Description}");
        Console.WriteLine();
        Row("prompts x tokens", "PyTorch", "Hooke", "ratio");
        foreach ((int count, int positions) in new[] { (1, 128), (8, 64) })
        {
            int[][] prompts = RandomGpt2.Prompts(count, positions);
            TokenBatch tokens = new(prompts);
            double[] ms = Turns.Medians(Rounds,
                () => (double)peer.Ask(new() { ["do"] = "forward", ["tokens"] = TorchPeer.Json(prompts) })["ms"]!,
                () => Turns.Time(() => model.Run(tokens, plan).Dispose()));
            Row($"{count} x {positions}", $"{ms[0]:F0} ms", $"{ms[1]:F0} ms", $"{ms[0] / ms[1]:F2}");
        }
        (double worst, double logits) = Differences(model, plan, peer);
        Console.WriteLine();
        Console.WriteLine(
            $"All {plan.Record.Count} activations agree to {worst:E1} or better, the logits to {logits:E1} (‖a−b‖/‖b‖).");
    }

    /// <summary>A plan that keeps every activation that GPT-2 has.</summary>
    public static Plan Everything(TransformerConfig config) => new()
    {
        Record = [.. Site.All.Except(Others).Where(config.Has).SelectMany(site => site.IsPerLayer
            ? Enumerable.Range(0, config.NLayers).Select(layer => site.At(layer))
            : [site.At()])],
    };

    /// <summary>Relative difference of the two sides: the worst of all activations, and that of the logits.</summary>
    /// <exception cref="InputException">One side keeps an activation that the other does not.</exception>
    static (double Worst, double Logits) Differences(Model model, Plan plan, TorchPeer peer)
    {
        int[][] prompts = RandomGpt2.Prompts(2, 40);
        using Run run = model.Run(new TokenBatch(prompts), plan);
        JsonNode answer = peer.Ask(new()
        {
            ["do"] = "record",
            ["tokens"] = TorchPeer.Json(prompts),
            ["file"] = peer.File,
            ["names"] = new JsonArray([.. plan.Record.Select(a => (JsonNode)a.ToString())]),
        });
        if (answer["others"]!.AsArray().Count > 0)
            throw new InputException($"only PyTorch keeps {answer["others"]!.ToJsonString()}");
        using FileStream file = File.OpenRead(peer.File);
        Dictionary<Address, double> differences = [];
        foreach (Address address in plan.Record)
        {
            float[] other = new float[run[address].Shape.Count];
            file.ReadExactly(MemoryMarshal.AsBytes(other.AsSpan()));
            differences[address] = Difference(run[address].Data, other);
        }
        return (differences.Values.Max(), differences[Site.Logits.At()]);
    }

    // ‖a − b‖ / ‖b‖; masked scores are −∞ on both sides.
    static double Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] == b[i] && float.IsInfinity(a[i]))
                continue;
            difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
            size += (double)b[i] * b[i];
        }
        return Math.Sqrt(difference / size);
    }

    static void Row(string what, string peer, string hooke, string ratio) =>
        Console.WriteLine($"{what,-22}{peer,12}{hooke,12}{ratio,8}");
}
