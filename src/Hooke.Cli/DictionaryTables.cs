using System.Globalization;
using Hooke.Dictionaries;

namespace Hooke.Cli;

/// <summary>Measures of dictionaries as tables and as JSON.</summary>
static class DictionaryTables
{
    /// <summary>Prints the measures of several dictionaries, side by side.</summary>
    public static void Print(string text, IReadOnlyList<(string Name, DictionaryMeasures Measures)> measured)
    {
        Output.Table(["dictionary", "reads", "L0", "dead", "dense", "latents by log₁₀ density"], measured.SelectMany(one =>
            one.Measures.Latents.Select(latents => (IReadOnlyList<string>)[one.Name, $"{latents.At}", Text(latents.L0),
                Percent(latents.Dead), Percent(latents.Dense), Histogram(latents)])));
        Output.Table(["dictionary", "writes", "FVU", "cosine", "norm ratio", "scale"], measured.SelectMany(one =>
            one.Measures.Sites.Select(site => (IReadOnlyList<string>)[one.Name, $"{site.At}", Text(site.Fvu), Text(site.Cosine),
                Text(site.NormRatio), Text(site.Scale)])));
        if (measured.Any(one => one.Measures.Losses.Count > 0))
            Output.Table(
                ["dictionary", "in place", "cross-entropy", "KL from the model", "CE, KL over zeros", "CE, KL over means"],
                measured.SelectMany(one => one.Measures.Losses.Select(losses => Row(one.Name, losses))));
        DictionaryMeasures first = measured[0].Measures;
        Console.Out.WriteLine($"on {text}: {first.Prompts:n0} prompts, {first.Tokens:n0} tokens, "
            + (first.SpecialTokens == 0 ? "none of them special"
            : $"{first.SpecialTokens:n0} of them special, {(first.CountsSpecialTokens ? "counted as all others" : "left out")}"));
        if (first is { SpecialTokens: > 0, CountsSpecialTokens: false })
            foreach ((string name, DictionaryMeasures measures) in measured)
                Console.Out.WriteLine($"with the special tokens {name}: FVU {Each(measures.SitesOfAll.Select(site => site.Fvu))}, "
                    + $"L0 {Each(measures.LatentsOfAll.Select(latents => latents.L0))}");
        Console.Out.WriteLine($"in brackets: {DictionaryMeasures.Method}");
    }

    /// <summary>The measures of one dictionary, for JSON.</summary>
    public static object Described(string name, DictionaryMeasures measures) => new
    {
        dictionary = name,
        prompts = measures.Prompts,
        tokens = measures.Tokens,
        special_tokens = measures.SpecialTokens,
        counts_special_tokens = measures.CountsSpecialTokens,
        reads = measures.Latents.Select(Described),
        writes = measures.Sites.Select(Described),
        reads_with_special_tokens = measures.LatentsOfAll.Select(Described),
        writes_with_special_tokens = measures.SitesOfAll.Select(Described),
        losses = measures.Losses.Select(losses => new
        {
            in_place = Words(losses.InPlace),
            cross_entropy = Described(losses.CrossEntropy),
            divergence = Described(losses.Divergence),
            cross_entropy_over_zeros = Described(losses.CrossEntropyOverZeros),
            divergence_over_zeros = Described(losses.DivergenceOverZeros),
            cross_entropy_over_means = Described(losses.CrossEntropyOverMeans),
            divergence_over_means = Described(losses.DivergenceOverMeans),
        }),
    };

    /// <summary>A number with its interval, for JSON.</summary>
    public static object Described(Measured measured) => new
    {
        value = Finite(measured.Value),
        low = Finite(measured.Low),
        high = Finite(measured.High),
        n = measured.N,
    };

    /// <summary>A number with its interval.</summary>
    public static string Text(Measured measured) => measured.HasInterval
        ? string.Create(CultureInfo.InvariantCulture, $"{Short(measured.Value)} [{Short(measured.Low)}, {Short(measured.High)}]")
        : Short(measured.Value);

    /// <summary>What is in place, in words.</summary>
    public static string Words(InPlace what) => what switch
    {
        InPlace.Model => "the model",
        InPlace.Dictionary => "dictionary",
        InPlace.DictionaryAndErrors => "dictionary and errors",
        InPlace.Zeros => "zeros",
        _ => "means",
    };

    static object Described(LatentMeasures latents) => new
    {
        site = $"{latents.At}",
        l0 = Described(latents.L0),
        dead = Described(latents.Dead),
        dense = Described(latents.Dense),
        densities = latents.Densities.Select(bin => new { from_log10 = bin.From, latents = bin.Latents }),
    };

    static object Described(SiteMeasures site) => new
    {
        site = $"{site.At}",
        fvu = Described(site.Fvu),
        explained = Described(site.Explained),
        cosine = Described(site.Cosine),
        norm_ratio = Described(site.NormRatio),
        scale = Described(site.Scale),
    };

    static IReadOnlyList<string> Row(string name, LossMeasures losses) =>
    [
        name, Words(losses.InPlace), Text(losses.CrossEntropy), Text(losses.Divergence),
        $"{Percent(losses.CrossEntropyOverZeros)}, {Percent(losses.DivergenceOverZeros)}",
        $"{Percent(losses.CrossEntropyOverMeans)}, {Percent(losses.DivergenceOverMeans)}",
    ];

    static string Percent(Measured share) => share.HasInterval
        ? string.Create(CultureInfo.InvariantCulture, $"{share.Value:p1} [{100 * share.Low:f1}, {100 * share.High:f1}]")
        : double.IsFinite(share.Value) ? string.Create(CultureInfo.InvariantCulture, $"{share.Value:p1}") : "none lost";

    static string Histogram(LatentMeasures latents) => string.Join("  ", latents.Densities.Select(bin =>
        string.Create(CultureInfo.InvariantCulture, $"{bin.From:f1}: {bin.Latents}")));

    static string Each(IEnumerable<Measured> all) => string.Join(", ", all.Select(one => Short(one.Value)));

    static string Short(double number) => number.ToString(Math.Abs(number) is >= 1000 ? "f0" : "g4", CultureInfo.InvariantCulture);

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
