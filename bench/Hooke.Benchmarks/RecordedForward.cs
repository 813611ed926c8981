using System.Text.Json.Nodes;
using Hooke.Models;

namespace Hooke.Benchmarks;

/// <summary>A forward pass that keeps every activation, against the same in PyTorch.</summary>
static class RecordedForward
{
    const int Rounds = 9;

    // Wanted by few and dear to keep: the heads' outputs and inputs in the residual stream.
    static readonly Site[] Others = [Site.Result, Site.QInput, Site.KInput, Site.VInput, Site.MlpIn];

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        Plan plan = Everything(model.Config);
        Table.Head(peer, "A forward pass, every activation kept.");
        Table.Columns("prompts x tokens", "");
        foreach ((int count, int positions) in new[] { (1, 128), (8, 64) })
        {
            int[][] prompts = RandomGpt2.Prompts(count, positions);
            TokenBatch tokens = new(prompts);
            double[] ms = Turns.Medians(Rounds,
                () => peer.Time(Request("forward", prompts)),
                () => Turns.Time(() => model.Run(tokens, plan).Dispose()));
            Table.Row($"{count} x {positions}", "", ms[0], ms[1]);
        }
        int[][] few = RandomGpt2.Prompts(2, 40);
        using Run run = model.Run(new TokenBatch(few), plan);
        Dictionary<Address, double> off = Agreement.Of(run.Recording, peer, Request("record", few));
        Table.Agreement($"All {off.Count} activations agree to {off.Values.Max():E1} or better, "
            + $"the logits to {off[Site.Logits.At()]:E1} (‖a−b‖/‖b‖).");
    }

    /// <summary>A plan that keeps every activation that GPT-2 has.</summary>
    public static Plan Everything(TransformerConfig config) =>
        new() { Record = RandomGpt2.Everywhere(Site.All.Except(Others).Where(config.Has)) };

    static JsonObject Request(string what, int[][] prompts) => new() { ["do"] = what, ["tokens"] = TorchPeer.Json(prompts) };
}
