using System.Text;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>
/// Words and slots: <c>When {a} and {b} met , {s} gave a {object} to {answer} .</c> What stands before the slot
/// <c>{answer}</c> is the prompt. A slot takes what the passage gives it, else a random word of the list of that name.
/// </summary>
sealed class Template
{
    readonly string[] _words;
    readonly int _promptLength;

    public Template(string text, WorldData world, string where)
    {
        Text = text;
        _words = text.Split(' ');
        _promptLength = Array.IndexOf(_words, "{answer}");
        if (_promptLength < 1)
            throw world.Fault($"{where} needs the slot {{answer}} behind the first word of its template \"{text}\"");
        if (_words.Contains(""))
            throw world.Fault($"{where} has the template \"{text}\", with two spaces in a row or at an end");
    }

    public string Text { get; }

    /// <summary>The words that are not slots.</summary>
    public IEnumerable<string> Literals => _words.Where(word => SlotName(word) is null);

    public IEnumerable<string> SlotNames => _words.Select(SlotName).OfType<string>();

    /// <summary>Fills what slots the passage leaves open with random words, the same on both sides.</summary>
    public Case Complete(Case given, WorldData world, Draws draws)
    {
        Slots? clean = null, counterfactual = null;
        foreach (string slot in SlotNames)
        {
            if (slot == "answer" || given.Clean.ContainsKey(slot) || clean?.ContainsKey(slot) == true)
                continue;
            clean ??= new Slots(given.Clean);
            counterfactual ??= new Slots(given.Counterfactual);
            clean[slot] = counterfactual[slot] = draws.Pick(world.List(slot.TrimEnd('2'), $"the template \"{Text}\""));
        }
        return clean is null ? given : given with { Clean = clean, Counterfactual = counterfactual! };
    }

    public string Prompt(Slots slots) => Fill(_words.AsSpan(0, _promptLength), slots, "");

    public string Passage(Slots slots, string answer) => Fill(_words, slots, answer);

    static string Fill(ReadOnlySpan<string> words, Slots slots, string answer)
    {
        StringBuilder text = new();
        foreach (string word in words)
        {
            string filled = SlotName(word) is not string slot ? word : slot == "answer" ? answer : slots[slot];
            if (filled.Length > 0 && text.Length > 0)
                text.Append(' ');
            text.Append(filled);
        }
        return text.ToString();
    }

    static string? SlotName(string word) =>
        word.Length > 2 && word[0] == '{' && word[^1] == '}' ? word[1..^1] : null;
}
