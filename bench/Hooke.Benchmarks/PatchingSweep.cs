using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>A sweep of residual-stream patches over layers and positions, against the same in PyTorch.</summary>
static class PatchingSweep
{
    const int Rounds = 3, Positions = 32, Answer = 1, Foil = 2;

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        int[][] pair = RandomGpt2.Prompts(2, Positions);
        PromptSet prompts = new(new TokenBatch([pair[0]]), new TokenBatch([pair[1]]), [([Answer], [Foil])]);
        Console.WriteLine(
            $"GPT-2 small's shape, random weights, float32; {model.Config.NLayers} layers x {Positions} positions, "
            + $"a prompt pair of {Positions} tokens.");
        Console.WriteLine("The metric is the logit difference at the last token. Ratio: time of PyTorch / time of Hooke.");
        Console.WriteLine($"{Work.Threads} threads, {32 * GemmTiles.Width}-bit vectors, {peer.Description}");
        Console.WriteLine();

        JsonObject whole = Best(peer, pair, late: false, 32, 64, 128), late = Best(peer, pair, late: true, 8, 16, 32);
        double[] ours = [], theirs = [], theirsLate = [];
        double[] ms = Turns.Medians(Rounds, () => Time(peer, whole, out theirs), () => Time(peer, late, out theirsLate),
            () => Turns.Time(() =>
            {
                using Sweep sweep = new(model, prompts);
                ours = [.. sweep.Residual().SelectMany(layer => layer)];
            }));
        Row("PyTorch runs", "variants a batch", "PyTorch", "Hooke", "ratio");
        Row("whole forward passes", $"{whole["batch"]}", Seconds(ms[0]), Seconds(ms[2]), $"{ms[0] / ms[2]:F2}");
        Row("from the patched layer", $"{late["batch"]}", Seconds(ms[1]), Seconds(ms[2]), $"{ms[1] / ms[2]:F2}");
        double worst = Math.Max(Difference(ours, theirs), Difference(ours, theirsLate));
        Console.WriteLine();
        Console.WriteLine($"All {ours.Length} values of the three agree to {worst:E1} of the largest.");
    }

    // The batch size that PyTorch is fastest with.
    static JsonObject Best(TorchPeer peer, int[][] pair, bool late, params int[] batches) => batches
        .Select(batch => new JsonObject
        {
            ["do"] = "sweep",
            ["clean"] = TorchPeer.Json(pair[0]),
            ["counterfactual"] = TorchPeer.Json(pair[1]),
            ["answer"] = Answer,
            ["foil"] = Foil,
            ["late"] = late,
            ["batch"] = batch,
        })
        .MinBy(request => Time(peer, request, out _))!;

    static double Time(TorchPeer peer, JsonObject request, out double[] values)
    {
        JsonNode answer = peer.Ask(request);
        values = [.. answer["values"]!.AsArray().Select(value => (double)value!)];
        return (double)answer["ms"]!;
    }

    static double Difference(double[] ours, double[] theirs) =>
        ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max() / ours.Max(Math.Abs);

    static string Seconds(double ms) => $"{ms / 1000:F2} s";

    static void Row(string what, string batch, string peer, string hooke, string ratio) =>
        Console.WriteLine($"{what,-24}{batch,18}{peer,12}{hooke,12}{ratio,8}");
}
