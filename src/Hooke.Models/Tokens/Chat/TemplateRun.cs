using System.Text;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>One rendering of a template: its output so far, its names, and what it may still spend.</summary>
/// <remarks>A template comes from an untrusted file: its work, its texts and its nesting are bounded.</remarks>
sealed class TemplateRun(TemplateSource source, DateOnly? date)
{
    const int MostSteps = 2_000_000;
    const long MostCharacters = 200_000_000;
    const int LongestText = 20_000_000;
    const int Deepest = 300;

    StringBuilder _output = new();
    long _steps;
    long _characters;
    int _depth;

    public TemplateScope Scope { get; set; } = new(null);

    /// <summary>The line of what is being worked out, for messages.</summary>
    public int Line { get; set; }

    /// <summary>What the template is told is today, or null where it is told nothing.</summary>
    public DateOnly? Date => date;

    public string Output => _output.ToString();

    public void Print(string text)
    {
        Charge(text.Length);
        if (_output.Length + text.Length > LongestText)
            throw TooLong();
        _ = _output.Append(text);
    }

    /// <summary>What is printed while something is done, in place of printing it.</summary>
    public string Capture(Action action)
    {
        StringBuilder outer = _output;
        _output = new();
        action();
        string captured = Output;
        _output = outer;
        return captured;
    }

    /// <summary>A new text made by the template, of bounded length.</summary>
    public string Made(string text)
    {
        Charge(text.Length);
        return text.Length <= LongestText ? text : throw TooLong();
    }

    /// <summary>Counts the characters of a text before it is made.</summary>
    public void Charge(long characters)
    {
        if ((_characters += characters) > MostCharacters || characters > LongestText)
            throw TooLong();
    }

    /// <summary>Counts the characters of a text that is gone through.</summary>
    public void Read(object? value) => Charge(value is string text ? text.Length : 0);

    public void Step(long steps = 1)
    {
        if ((_steps += steps) > MostSteps)
            throw Refusal($"the template takes more than {MostSteps} steps");
    }

    /// <summary>Goes one level deeper into the template or a value, which is a step too.</summary>
    public void Enter()
    {
        Step();
        if (++_depth > Deepest)
            throw Refusal($"the template or a value of it is nested more than {Deepest} levels deep");
    }

    public void Leave() => _depth--;

    public InputException Refusal(string why) => source.Refusal(Line, why);

    InputException TooLong() =>
        Refusal($"the template makes a text of more than {LongestText} characters, or {MostCharacters} in all");
}

/// <summary>Names that were set, within those of an outer scope.</summary>
sealed class TemplateScope(TemplateScope? outer)
{
    readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => _values[name] = value;

    public bool TryGet(string name, out object? value)
    {
        for (TemplateScope? scope = this; scope is not null; scope = scope.Outer)
            if (scope._values.TryGetValue(name, out value))
                return true;
        value = null;
        return false;
    }

    TemplateScope? Outer => outer;
}
