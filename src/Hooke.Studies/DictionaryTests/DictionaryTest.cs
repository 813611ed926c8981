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

    /// <summary>A sum of contributions with its interval, drawn over what they belong to.</summary>
    protected Estimate Sum(IEnumerable<(string Of, double Contribution)> contributions)
    {
        double[] sums = [.. contributions.GroupBy(row => row.Of).Select(group => group.Sum(row => row.Contribution))];
        return Bootstrap.Of(sums.Length, chosen =>
        {
            double total = 0;
            foreach (int place in chosen)
                total += sums[place];
            return total * sums.Length / chosen.Length;
        }, seed);
    }
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
