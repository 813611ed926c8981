using System.Text.Json.Nodes;
using Hooke.Circuits;

namespace Hooke.Benchmarks;

/// <summary>A clean and a counterfactual prompt of random tokens.</summary>
sealed record Pair(int[] Clean, int[] Counterfactual)
{
    const int Answer = 1, Foil = 2;

    /// <summary>The prompts, with what the metric compares.</summary>
    public PromptSet Prompts { get; } = new(new([Clean]), new([Counterfactual]), [([Answer], [Foil])]);

    /// <summary>Prompts that differ in every token.</summary>
    public static Pair Random(int positions) => RandomGpt2.Prompts(2, positions) is [int[] clean, int[] other]
        ? new(clean, other) : throw new InvalidOperationException("Bug in Hooke: two prompts were asked for");

    /// <summary>Prompts that differ in one token, as those of a name or a number do.</summary>
    public static Pair DifferentAt(int position, int positions)
    {
        Pair pair = Random(positions);
        int[] other = [.. pair.Clean];
        other[position] = pair.Counterfactual[position];
        return new(pair.Clean, other);
    }

    /// <summary>What is asked of the peer about them.</summary>
    public JsonObject Request(string what) => new()
    {
        ["do"] = what,
        ["clean"] = TorchPeer.Json(Clean),
        ["counterfactual"] = TorchPeer.Json(Counterfactual),
        ["answer"] = Answer,
        ["foil"] = Foil,
    };
}
