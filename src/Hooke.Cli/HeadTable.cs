using System.Globalization;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary>Scores of all heads, printed as tables or as JSON.</summary>
sealed class HeadTable(Model model, HeadScores scores, ulong seed, string how)
{
    const string Entropy = "entropy", Copying = "copying";

    static readonly string[] All =
        [.. Enum.GetNames<HeadKind>().Select(name => name.ToLowerInvariant()), Entropy, Copying];

    readonly HeadCircuits _circuits = new(model);
    readonly Dictionary<(string, Node), double> _values = [];
    readonly Dictionary<(string, Node), Estimate> _estimates = [];

    /// <summary>What was run, in words.</summary>
    public string How => how;

    /// <summary>Numbers of layers and heads.</summary>
    public (int Layers, int Heads) Size => (model.Config.NLayers, model.Config.NHeads);

    /// <summary>The kinds that an option names.</summary>
    /// <exception cref="InputException">There is no such kind.</exception>
    public static string[] Kinds(string option) => option == "all" ? All
        : All.Contains(option) ? [option]
        : throw new InputException($"--kind {option} is not known: give all, {string.Join(", ", All[..^1])} or {All[^1]}");

    /// <summary>A head's score.</summary>
    public double Value(string kind, Node head)
    {
        if (!_values.TryGetValue((kind, head), out double value))
            _values[(kind, head)] = value = kind == Copying
                ? HeadCircuits.CopyingScore(_circuits.FullOVEigenvalues(head))
                : Mean(PerPrompt(kind, head));
        return value;
    }

    /// <summary>What a kind's scores mean, in words.</summary>
    public static string Meaning(string kind) => kind switch
    {
        "induction" => "attends to what followed the current token before",
        "previous" => "attends to the token before",
        "duplicate" => "attends to where the current token stood before",
        "current" => "attends to the current token",
        "first" => "attends to the first token",
        Entropy => "how widely attention is spread: mean over queries of −Σ p ln p, in nats",
        _ => "Σ Re λ / Σ |λ| of W_E·W_V·W_O·W_U; of the weights alone, so it has no interval",
    };

    /// <summary>The strongest heads of each kind with their intervals; of a single kind all heads too.</summary>
    public void Print(string[] kinds, int top)
    {
        bool isMeasured = kinds.Any(kind => kind != Copying);
        if (isMeasured)
            AnsiConsole.MarkupLineInterpolated($"{how}");
        if (kinds is [string only])
            Output.Table(["layer", .. Enumerable.Range(0, Size.Heads).Select(h => $"head {h}")],
                _circuits.Heads.Chunk(Size.Heads).Select((layer, i) => (IReadOnlyList<string>)
                    [$"{i}", .. layer.Select(head => Short(Value(only, head)))]));
        top = Math.Min(top, Size.Layers * Size.Heads);
        Output.Table(["kind", "strongest", .. Enumerable.Repeat("", top - 1)], kinds.Select(kind => (IReadOnlyList<string>)
            [kind, .. Strongest(kind).Take(top).Select(head => $"{head} {Text(kind, head)}")]));
        foreach (string kind in kinds)
            AnsiConsole.MarkupLineInterpolated($"{kind}: {Meaning(kind)}");
        if (isMeasured && scores.Prompts > 1)
            AnsiConsole.MarkupLineInterpolated($"Intervals: {Bootstrap.Method}, n = {scores.Prompts}, seed {seed}");
    }

    /// <summary>Everything as data.</summary>
    public object ToJson(string[] kinds) => new
    {
        how,
        n = scores.Prompts,
        seed,
        interval = scores.Prompts > 1 ? Bootstrap.Method : null,
        kinds = kinds.Select(kind => new { kind, meaning = Meaning(kind) }),
        heads = _circuits.Heads.Select(head => new
        {
            head = $"{head}",
            head.Layer,
            index = head.Head,
            scores = kinds.ToDictionary(kind => kind, kind => new
            {
                value = Value(kind, head),
                low = Interval(kind, head)?.Low,
                high = Interval(kind, head)?.High,
            }),
        }),
    };

    IEnumerable<Node> Strongest(string kind) => _circuits.Heads.OrderByDescending(head => Value(kind, head));

    string Text(string kind, Node head) => Interval(kind, head) is { } interval
        ? $"{Short(interval.Value)} [{Short(interval.Low)}, {Short(interval.High)}]"
        : Short(Value(kind, head));

    static string Short(double value) =>
        (Math.Round(value, 2) + 0.0).ToString("f2", CultureInfo.InvariantCulture).Replace('-', '−'); // 0 has no sign

    // Of one prompt or of the weights alone there is nothing to resample.
    Estimate? Interval(string kind, Node head)
    {
        if (kind == Copying || scores.Prompts < 2)
            return null;
        if (!_estimates.TryGetValue((kind, head), out Estimate? estimate))
        {
            double[] values = PerPrompt(kind, head);
            estimate = Bootstrap.Of(values.Length, chosen => Mean(chosen, values), seed);
            _estimates.Add((kind, head), estimate);
        }
        return estimate;
    }

    double[] PerPrompt(string kind, Node head) => kind == Entropy
        ? scores.Entropies(head)
        : scores.Of(Enum.Parse<HeadKind>(kind, ignoreCase: true), head);

    static double Mean(double[] values) => values.Sum() / values.Length;

    static double Mean(ReadOnlySpan<int> chosen, double[] values)
    {
        double sum = 0;
        foreach (int i in chosen)
            sum += values[i];
        return sum / chosen.Length;
    }
}
