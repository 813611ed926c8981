using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Models;

namespace Hooke.Benchmarks;

/// <summary>Activation patching of a prompt pair, one place at a time, against the same in PyTorch.</summary>
static class PatchingSweep
{
    const int Rounds = 3, Positions = 32, DifferentAt = 20;

    /// <summary>Prints the table of residual streams, by layer and position.</summary>
    public static void Residual()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        Table.Head(peer,
            $"The residual stream of one prompt patched from another's, {model.Config.NLayers} layers x {Positions} positions.",
            "The metric is the logit difference at the last token.");
        Table.Columns("PyTorch runs", "variants a batch");
        Both(model, peer, "residual", s => s.Residual(), [32, 64, 128], [8, 16, 32]);
    }

    /// <summary>Prints the table of heads.</summary>
    public static void Heads()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        Table.Head(peer,
            $"Each of {model.Config.NLayers * model.Config.NHeads} heads' z at all {Positions} positions patched from another "
            + "prompt.",
            "The metric is the logit difference at the last token.");
        Table.Columns("PyTorch runs", "variants a batch");
        Both(model, peer, "heads", s => s.Heads(), [24, 48, 144], [6, 12]);
    }

    static void Both(
        Model model, TorchPeer peer, string kind, Func<Sweep, double[][]> sweep, int[] batches, int[] lateBatches)
    {
        Pair random = Pair.Random(Positions), alike = Pair.DifferentAt(DifferentAt, Positions);
        int whole = Fastest(peer, random, kind, late: false, batches);
        int late = Fastest(peer, random, kind, late: true, lateBatches);
        Console.WriteLine("Prompts that differ in every token:");
        Compare(model, peer, random, kind, sweep, whole, late);
        Console.WriteLine($"Prompts that differ in token {DifferentAt} of 0..{Positions - 1}:");
        Compare(model, peer, alike, kind, sweep, whole, late);
    }

    static void Compare(
        Model model, TorchPeer peer, Pair pair, string kind, Func<Sweep, double[][]> sweep, int batch, int lateBatch)
    {
        JsonObject whole = Request(pair, kind, late: false, batch), late = Request(pair, kind, late: true, lateBatch);
        double[] ours = [], theirs = [], theirsLate = [];
        double[] ms = Turns.Medians(Rounds, () => Time(peer, whole, out theirs), () => Time(peer, late, out theirsLate),
            () => Turns.Time(() =>
            {
                using Sweep patching = new(model, pair.Prompts);
                ours = [.. sweep(patching).SelectMany(layer => layer)];
            }));
        Table.Row("  whole forward passes", $"{batch}", ms[0], ms[2]);
        Table.Row("  from the patched layer", $"{lateBatch}", ms[1], ms[2]);
        double off = Math.Max(Agreement.OfLargest(ours, theirs), Agreement.OfLargest(ours, theirsLate));
        Console.WriteLine($"  All {ours.Length} values of the three agree to {off:E1} of the largest.");
    }

    // The batch size that PyTorch is fastest with.
    static int Fastest(TorchPeer peer, Pair pair, string kind, bool late, params int[] batches) =>
        batches.MinBy(batch => peer.Time(Request(pair, kind, late, batch)));

    static JsonObject Request(Pair pair, string kind, bool late, int batch)
    {
        JsonObject request = pair.Request("sweep");
        (request["kind"], request["late"], request["batch"]) = (kind, late, batch);
        return request;
    }

    static double Time(TorchPeer peer, JsonObject request, out double[] values)
    {
        JsonNode answer = peer.Ask(request);
        values = [.. answer["values"]!.AsArray().Select(value => (double)value!)];
        return (double)answer["ms"]!;
    }
}
