using System.Globalization;
using Hooke.Dictionaries;

namespace Hooke.Cli;

/// <summary>Measures of dictionaries as tables and as JSON.</summary>
static class DictionaryTables
{
    /// <summary>Prints the measures of several dictionaries, side by side.</summary>
    public static void Print(string text, IReadOnlyList<(string Name, DictionaryMeasures Measures)> measured)
    {
        for (int i = 0; i < measured.Count; i++)
            Console.Out.WriteLine($"{i + 1}  {measured[i].Name}");
        Output.Table(["", "reads", "L0", "dead", "dense", "latents by density"], Rows(measured, measures => measures.Latents,
            latents => [$"{latents.At}", Text(latents.L0), Percent(latents.Dead), Percent(latents.Dense), Histogram(latents)]));
        Output.Table(["", "writes", "FVU", "cosine", "norm ratio", "scale"], Rows(measured, measures => measures.Sites,
            site => [$"{site.At}", Text(site.Fvu), Text(site.Cosine), Text(site.NormRatio), Text(site.Scale)]));
        DictionaryMeasures first = measured[0].Measures;
        if (first.Losses.Count > 0)
            Output.Table(["", "in place", "cross-entropy", "KL from model", "CE over zeros", "KL", "over means: CE, KL"],
                new[] { Row(first.Losses[(int)InPlace.Model]).Prepend("") }.Concat(Rows(measured, measures => measures.Losses
                    .Where(losses => losses.InPlace != InPlace.Model), Row)).Select(row => (IReadOnlyList<string>)[.. row]));
        Console.Out.WriteLine($"on {text}: {first.Prompts:n0} prompts, {first.Tokens:n0} tokens, "
            + (first.SpecialTokens == 0 ? "none of them special"
            : $"{first.SpecialTokens:n0} of them special, {(first.CountsSpecialTokens ? "counted as all others" : "left out")}"));
        if (first is { SpecialTokens: > 0, CountsSpecialTokens: false })
            for (int i = 0; i < measured.Count; i++)
                Console.Out.WriteLine($"with the special tokens {i + 1}: FVU "
                    + $"{Each(measured[i].Measures.SitesOfAll.Select(site => site.Fvu))}, "
                    + $"L0 {Each(measured[i].Measures.LatentsOfAll.Select(latents => latents.L0))}");
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

    // Each dictionary's number stands once, at its first row.
    static IEnumerable<IReadOnlyList<string>> Rows<T>(
        IReadOnlyList<(string Name, DictionaryMeasures Measures)> measured, Func<DictionaryMeasures, IEnumerable<T>> parts,
        Func<T, IEnumerable<string>> cells) => measured.SelectMany((one, i) => parts(one.Measures)
            .Select((part, row) => (IReadOnlyList<string>)[row == 0 ? $"{i + 1}" : "", .. cells(part)]));

    static IEnumerable<string> Row(LossMeasures losses) =>
    [
        Words(losses.InPlace), Text(losses.CrossEntropy), Text(losses.Divergence), Percent(losses.CrossEntropyOverZeros),
        Share(losses.DivergenceOverZeros), $"{Share(losses.CrossEntropyOverMeans)}, {Share(losses.DivergenceOverMeans)}",
    ];

    static string Percent(Measured share) => share.HasInterval
        ? string.Create(CultureInfo.InvariantCulture, $"{share.Value:p1} [{100 * share.Low:f1}, {100 * share.High:f1}]")
        : Share(share);

    static string Share(Measured share) => double.IsFinite(share.Value)
        ? string.Create(CultureInfo.InvariantCulture, $"{share.Value:p1}") : "none lost";

    // A bar for each half decade, the last up to always.
    static string Histogram(LatentMeasures latents)
    {
        const string Bars = "▁▂▃▄▅▆▇█";
        int most = latents.Densities.Max(bin => bin.Latents);
        string bars = string.Concat(latents.Densities.Select(bin =>
            bin.Latents == 0 ? ' ' : Bars[(int)((long)(Bars.Length - 1) * bin.Latents / most)]));
        return most == 0 ? "none active"
            : string.Create(CultureInfo.InvariantCulture, $"10^{latents.Densities[0].From:0.#} {bars} 1");
    }

    static string Each(IEnumerable<Measured> all) => string.Join(", ", all.Select(one => Short(one.Value)));

    static string Short(double number) =>
        number.ToString(Math.Abs(number) is >= 1000 ? "f0" : "g3", CultureInfo.InvariantCulture);

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
