using Hooke.Dictionaries;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>One test of a dictionary on a world's labels; the same prompts for whatever coder it is given.</summary>
abstract class DictionaryTest(ulong seed)
{
    /// <summary>Numbers of latents that a score is given for.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [1, 2, 5, 10, 20, 50];

    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Why it says nothing of a coder, or null.</summary>
    public virtual string? Refuses(SparseCoder coder) => null;

    /// <summary>What it finds of a coder in its place.</summary>
    public abstract IEnumerable<Finding> Run(LatentPlace place);

    /// <summary>What it finds of the activations whole, with which every coder is to be compared.</summary>
    public virtual IEnumerable<Finding> RunWhole(LatentPlace place) => [];

    /// <summary>Whether a number of latents is one of those that tables show.</summary>
    protected static bool IsShown(int size) => size is 1 or 5 or 20;

    /// <summary>The mean over groups of their weighted means, with an interval drawn over what the rows are of.</summary>
    protected Estimate Mean(IEnumerable<Weighed> rows)
    {
        Weighed[] all = [.. rows];
        string[] groups = [.. all.Select(row => row.Group).Distinct()];
        (double Value, double Weight)[][] units = [.. all.GroupBy(row => row.Of).Select(unit => groups.Select(group =>
            (unit.Where(row => row.Group == group).Sum(row => row.Value * row.Weight),
            unit.Where(row => row.Group == group).Sum(row => row.Weight))).ToArray())];
        return Bootstrap.Of(units.Length, chosen =>
        {
            double sum = 0, counted = 0;
            for (int group = 0; group < groups.Length; group++)
            {
                double value = 0, weight = 0;
                foreach (int unit in chosen)
                    (value, weight) = (value + units[unit][group].Value, weight + units[unit][group].Weight);
                if (weight > 0) // a small group may be missing from a resample
                    (sum, counted) = (sum + (value / weight), counted + 1);
            }
            return Math.Round(sum / counted, 12);
        }, seed);
    }

    /// <summary>A number of which a mean is taken.</summary>
    /// <param name="Group">What it is averaged within.</param>
    /// <param name="Of">What it is of, such as an entity: all numbers of one are drawn together.</param>
    /// <param name="Value">The number.</param>
    /// <param name="Weight">Its weight within the group.</param>
    protected readonly record struct Weighed(string Group, string Of, double Value, double Weight = 1);
}

/// <summary>A score of one coder.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Latents">With how many latents, where it depends on them.</param>
/// <param name="Value">The score.</param>
/// <param name="IsShown">Whether tables show it.</param>
sealed record Finding(string What, int? Latents, Estimate Value, bool IsShown = true)
{
    /// <summary>What else is to be said of it, or null.</summary>
    public string? Note { get; init; }
}
