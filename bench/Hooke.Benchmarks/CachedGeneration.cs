using System.Text.Json.Nodes;
using Hooke.Models;

namespace Hooke.Benchmarks;

/// <summary>Greedy generation with keys and values kept, against the same in PyTorch.</summary>
static class CachedGeneration
{
    const int Rounds = 5, Prompt = 16, New = 128;

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        int[] prompt = RandomGpt2.Prompts(1, Prompt)[0];
        Generation how = new() { MaxNewTokens = New };
        JsonObject request = new() { ["do"] = "generation", ["prompt"] = TorchPeer.Json(prompt), ["count"] = New };
        Table.Head(peer, $"{New} new tokens after a prompt of {Prompt}, the likeliest each time, keys and values kept.");
        Table.Columns("prompts x new tokens", "");
        NewToken[] ours = [];
        JsonNode theirs = request;
        double[] ms = Turns.Medians(Rounds,
            () => (double)(theirs = peer.Ask(request))["ms"]!,
            () => Turns.Time(() => ours = [.. model.Generate(new TokenBatch([prompt]), how)]));
        Table.Row($"1 x {New}", "", ms[0], ms[1]);
        int same = ours.Zip(theirs["tokens"]!.AsArray(), (a, b) => a.Token == (int)b!).TakeWhile(same => same).Count();
        double off = Agreement.OfLargest(
            [.. ours.Take(same).Select(t => (double)t.Logit)],
            [.. theirs["logits"]!.AsArray().Take(same).Select(l => (double)l!)]);
        Table.Agreement($"The first {same} of {New} tokens are the same; their logits agree to {off:E1} of the largest.");
    }
}
