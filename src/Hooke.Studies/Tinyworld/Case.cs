namespace Hooke.Studies;

/// <summary>What fills a template's slots on both sides of a pair, and which words are right where.</summary>
sealed record Case(Slots Clean, Slots Counterfactual, IReadOnlyList<string> Answers, IReadOnlyList<string> Foils)
{
    public Case(Slots clean, Slots counterfactual, string answer, string foil)
        : this(clean, counterfactual, [answer], [foil]) { }
}

/// <summary>One side of a case in a template: the prompt, what fills its slots, and which words are right after it.</summary>
sealed record ToldPrompt(string Text, Slots Slots, IReadOnlyList<string> Right, bool IsClean);

/// <summary>Slot names and what they hold: one word, or several separated by spaces.</summary>
sealed class Slots : Dictionary<string, string>
{
    public Slots() : base(StringComparer.Ordinal) { }

    public Slots(Slots other) : base(other, StringComparer.Ordinal) { }
}
