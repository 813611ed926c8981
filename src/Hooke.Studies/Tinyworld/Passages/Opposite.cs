using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>The opposite of a word of one language, in the same or another one.</summary>
/// <remarks>
/// A template holds one slot named like a language, for the word, and {target}, the language to answer in, by its name
/// in the template's own language. Kept out: a word in a template. The counterfactual asks for another language.
/// </remarks>
sealed class Opposite : Passage
{
    string[][] _rows = [];
    string[] _languages = [];
    readonly HashSet<string> _keptOut = new(StringComparer.Ordinal);

    /// <summary>The table: two columns for each language in turn, a word and its opposite.</summary>
    public required string Words { get; init; }

    /// <summary>For each language, what it calls all of them, in one order.</summary>
    public required Dictionary<string, string[]> Languages { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => Languages.Values.SelectMany(names => names);

    public override void Prepare(WorldData world)
    {
        (_rows, _languages) = (world.Table(Words, Where, atLeast: 6).Rows, [.. Languages.Keys]);
        if (_languages.Length < 2 || Languages.Values.Any(names => names.Length != _languages.Length))
            throw world.Fault($"{Where} needs two or more languages, each with a name for all of them");
        if (_rows[0].Length != 2 * _languages.Length)
            throw world.Fault($"{Where} needs {2 * _languages.Length} columns in the table \"{Words}\"");
        foreach (string text in Templates.Concat(HeldOutTemplates))
            if (!_languages.Any(language => text.Contains($"{{{language}}}", StringComparison.Ordinal)))
                throw world.Fault($"{Where} has the template \"{text}\" without a slot for a word of a language");
        for (int i = 0; i < _languages.Length; i++)
            _keptOut.UnionWith(KeptOutOfTemplates(world, $"{Name} {_languages[i]}",
                [.. _rows.Select(row => row[2 * i]), .. _rows.Select(row => row[2 * i + 1])]));
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        int source = Array.FindIndex(_languages, language => template.SlotNames.Contains(language));
        string[] row = draws.Pick(_rows);
        int side = draws.Below(2), target = draws.Below(_languages.Length), other = draws.Below(_languages.Length);
        string word = row[2 * source + side];
        if (target == other
            || _keptOut.Contains(InTemplate(word, template.Text)) != (split == Split.HeldOut))
            return null;
        return new Case(Side(target), Side(other), row[2 * target + 1 - side], row[2 * other + 1 - side]);

        Slots Side(int language) => new()
        {
            [_languages[source]] = word,
            ["target"] = Languages[_languages[source]][language],
        };
    }
}
