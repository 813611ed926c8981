using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Goes through the tokens of one tag.</summary>
sealed class TemplateCursor(TemplateSource source, TemplateToken[] tokens)
{
    const int Deepest = 100;

    int _at;
    int _depth;

    public TemplateToken Here => tokens[_at];

    public TemplateToken Next => tokens[Math.Min(_at + 1, tokens.Length - 1)];

    public TemplateToken Take()
    {
        TemplateToken taken = tokens[_at];
        if (taken.Kind != TemplateTokenKind.End)
            _at++;
        return taken;
    }

    public bool TryTake(string sign)
    {
        bool isIt = Here.Is(sign);
        if (isIt)
            _at++;
        return isIt;
    }

    public bool TryTakeName(string name)
    {
        bool isIt = Here.IsName(name);
        if (isIt)
            _at++;
        return isIt;
    }

    public void Expect(string sign)
    {
        if (!TryTake(sign))
            throw Refusal($"{Here.Shown} stands where \"{sign}\" is expected");
    }

    public string ExpectName() => Here.Kind == TemplateTokenKind.Name
        ? Take().Written
        : throw Refusal($"{Here.Shown} stands where a name is expected");

    public void ExpectEnd()
    {
        if (Here.Kind != TemplateTokenKind.End)
            throw Refusal($"{Here.Shown} stands where the tag should end");
    }

    /// <summary>Goes one level deeper while something is parsed.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_depth > Deepest)
            throw Refusal($"an expression is nested more than {Deepest} levels deep");
        T parsed = parse();
        _depth--;
        return parsed;
    }

    public InputException Refusal(string why) => source.Refusal(Here.Line, why);
}
