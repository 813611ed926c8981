namespace Hooke.Evidence;

/// <summary>
/// Does the circuit hold on paraphrases, on prompts drawn with other seeds, and on adversarial prompts?
/// </summary>
/// <param name="Families">Each family of prompts with the circuit's faithfulness on it.</param>
public sealed record Generality(IReadOnlyList<PromptFamily> Families) : IFinding
{
    /// <summary>The kinds of prompts that were not tried.</summary>
    public IReadOnlyList<FamilyKind> Missing =>
        [.. Enum.GetValues<FamilyKind>().Where(kind => Families.All(family => family.Kind != kind))];

    /// <inheritdoc/>
    public Outcome Outcome => Outcomes.Worst(
        [Missing.Count > 0 ? Outcome.Undecided : Outcome.Supports, .. Families.Select(Judged)]);

    /// <inheritdoc/>
    public string Sentence
    {
        get
        {
            IEnumerable<string> tried = Families.Select(on => $"faithfulness on {on.Name} is {on.Faithfulness}");
            IEnumerable<string> missing = Missing.Select(kind => Words.FromName(kind.ToString()));
            string all = string.Join("; ", [.. tried, .. missing.Select(kind => $"{kind} prompts were not tried")]);
            return $"{char.ToUpperInvariant(all[0])}{all[1..]}.";
        }
    }

    static Outcome Judged(PromptFamily family) => family.Faithfulness.Faithful().Over(family.Faithfulness.N);
}

/// <summary>A family of prompts and the circuit's faithfulness on it.</summary>
/// <param name="Name">The family in words, such as "questions in place of statements".</param>
/// <param name="Kind">How it differs from the prompts of the claim.</param>
/// <param name="Faithfulness">The circuit's faithfulness.</param>
public sealed record PromptFamily(string Name, FamilyKind Kind, Estimate Faithfulness);

/// <summary>How a family of prompts differs from the prompts of a claim.</summary>
public enum FamilyKind
{
    /// <summary>Says the same in other words.</summary>
    Paraphrased,

    /// <summary>The same kind of prompt, drawn with another seed.</summary>
    Reseeded,

    /// <summary>Made to break the claim.</summary>
    Adversarial,
}
