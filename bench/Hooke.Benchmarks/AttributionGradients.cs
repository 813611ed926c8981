using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>
/// What attribution patching needs: one forward and one backward pass, gradients with respect to all activations.
/// </summary>
static class AttributionGradients
{
    const int Rounds = 9, Answer = 1, Foil = 2;

    // All that GPT-2 has but its norms' insides.
    static readonly Site[] Sites =
    [
        Site.ResidPre, Site.Q, Site.K, Site.V, Site.AttnScores, Site.Pattern, Site.Z, Site.AttnOut, Site.ResidMid,
        Site.MlpPre, Site.MlpPost, Site.MlpOut, Site.ResidPost,
    ];

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        Plan plan = new() { Record = RandomGpt2.Everywhere(Sites), LastLogitsOnly = true };
        Table.Head(peer,
            "A forward and a backward pass: the gradient of the logit difference at the last token with respect to",
            $"all {plan.Record.Count} activations, residual streams, heads and neurons, all of which are kept too.");
        Table.Columns("prompts x tokens", "");
        foreach ((int count, int positions) in new[] { (1, 32), (1, 128), (8, 64) })
        {
            int[][] prompts = RandomGpt2.Prompts(count, positions);
            TokenBatch tokens = new(prompts);
            double[] ms = Turns.Medians(Rounds,
                () => peer.Time(Request(prompts)),
                () => Turns.Time(() => Free(model.RunWithGradients(tokens, plan, Metric))));
            Table.Row($"{count} x {positions}", "", ms[0], ms[1]);
        }
        int[][] few = RandomGpt2.Prompts(2, 40);
        (Run run, Recording gradients) = model.RunWithGradients(new TokenBatch(few), plan, Metric);
        Dictionary<Address, double> off = Agreement.Of(gradients, peer, Request(few));
        Free((run, gradients));
        Table.Agreement($"All {off.Count} gradients agree to {off.Values.Max():E1} or better (‖a−b‖/‖b‖).");
    }

    // ∂(logit of the answer − logit of the foil) / ∂logits, [batch, d_vocab]
    static Tensor Metric(Run run)
    {
        Tensor weights = Tensor.Zeros(run.Logits.Shape);
        for (int row = 0; row < weights.Shape.Count; row += weights.Shape[^1])
            (weights.Data[row + Answer], weights.Data[row + Foil]) = (1, -1);
        return weights;
    }

    static void Free((Run Run, Recording Gradients) result)
    {
        result.Run.Dispose();
        result.Gradients.Dispose();
    }

    static JsonObject Request(int[][] prompts) => new()
    {
        ["do"] = "attribution",
        ["tokens"] = TorchPeer.Json(prompts),
        ["answer"] = Answer,
        ["foil"] = Foil,
    };
}
