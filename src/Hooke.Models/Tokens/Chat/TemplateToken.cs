namespace Hooke.Models;

/// <summary>What a token of the code inside a tag is.</summary>
enum TemplateTokenKind
{
    Name,
    Text,
    Number,
    Sign,
    End,
}

/// <summary>A name, literal or sign inside a tag.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Written">The name or the sign.</param>
/// <param name="Value">The value of a literal.</param>
/// <param name="Line">Where it stands, from 1.</param>
readonly record struct TemplateToken(TemplateTokenKind Kind, string Written, object? Value, int Line)
{
    public bool Is(string sign) => Kind == TemplateTokenKind.Sign && Written == sign;

    public bool IsName(string name) => Kind == TemplateTokenKind.Name && Written == name;

    /// <summary>How a message calls it.</summary>
    public string Shown => Kind switch
    {
        TemplateTokenKind.End => "the end of the tag",
        TemplateTokenKind.Text => $"the text {Quote.Of((string)Value!)}",
        TemplateTokenKind.Number => $"the number {Written}",
        _ => Quote.Of(Written),
    };
}

/// <summary>What a part of a template is.</summary>
enum TemplatePartKind
{
    Data,
    Print,
    Block,
}

/// <summary>Text to be copied, or a tag: <c>{{ … }}</c> or <c>{% … %}</c>.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Text">The text to be copied.</param>
/// <param name="Tokens">The code of a tag, with an end token behind it.</param>
/// <param name="Line">Where it begins, from 1.</param>
readonly record struct TemplatePart(TemplatePartKind Kind, string Text, TemplateToken[] Tokens, int Line);
