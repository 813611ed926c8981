using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The text of a chat template, its name for messages, and the place where it is being read.</summary>
sealed class TemplateSource
{
    /// <summary>The longest template taken; published ones have up to some 30,000 characters.</summary>
    public const int Longest = 500_000;

    int _countedTo;
    int _line = 1;

    public TemplateSource(string text, string name)
    {
        Name = name;
        if (text.Length > Longest)
            throw Refusal(1, $"the template has {text.Length} characters, more than {Longest}");
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        Text = text.EndsWith('\n') ? text[..^1] : text; // as upstream: one line end at the end does not count
    }

    public string Name { get; }

    public string Text { get; }

    public int At { get; private set; }

    public bool IsAtEnd => At >= Text.Length;

    /// <summary>The line of the current place, from 1.</summary>
    public int Line
    {
        get
        {
            _line += Text.AsSpan(_countedTo, At - _countedTo).Count('\n');
            _countedTo = At;
            return _line;
        }
    }

    public char Here => At < Text.Length ? Text[At] : '\0';

    public bool StartsWith(string sign) => Text.AsSpan(At).StartsWith(sign);

    public void Skip(int length) => At += length;

    public void SkipSpace()
    {
        while (At < Text.Length && PythonStrings.IsSpace(Text[At]))
            At++;
    }

    public InputException Refusal(string why) => Refusal(Line, why);

    public InputException Refusal(int line, string why) => new($"{Name}, line {line}: {why}.");
}
