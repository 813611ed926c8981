namespace Hooke.Models;

/// <summary>Cuts a template into text and tags.</summary>
/// <remarks>
/// White space as Jinja does with trim_blocks and lstrip_blocks, which is how transformers reads chat templates: a
/// line end after a block or comment goes, and so do spaces before one that begins its line; a minus at either end
/// of a tag takes all white space there, a plus keeps it.
/// </remarks>
sealed class TemplateLexer
{
    readonly TemplateSource _source;
    readonly List<TemplatePart> _parts = [];
    bool _atLineStart = true;

    TemplateLexer(TemplateSource source) => _source = source;

    public static List<TemplatePart> Read(TemplateSource source)
    {
        TemplateLexer lexer = new(source);
        while (!source.IsAtEnd)
            lexer.ReadPart();
        return lexer._parts;
    }

    void ReadPart()
    {
        string text = _source.Text;
        int start = _source.At, line = _source.Line, open = NextOpening(text, start);
        if (open < 0)
        {
            AddData(text[start..], line);
            _source.Skip(text.Length - start);
            return;
        }
        char kind = text[open + 1], sign = open + 2 < text.Length ? text[open + 2] : '\0';
        AddData(DataBefore(text[start..open], kind, sign), line);
        _source.Skip(open + (sign is '-' or '+' ? 3 : 2) - start);
        int tagLine = _source.Line;
        if (kind == '#')
            SkipComment();
        else
            ReadTag(kind, tagLine);
    }

    static int NextOpening(string text, int start)
    {
        for (int at = start; (at = text.IndexOf('{', at)) >= 0 && at + 1 < text.Length; at++)
            if (text[at + 1] is '{' or '%' or '#')
                return at;
        return -1;
    }

    string DataBefore(string data, char kind, char sign)
    {
        if (sign == '-')
            return PythonStrings.Strip(data, null, left: false, right: true);
        int lineStart = data.LastIndexOf('\n') + 1;
        bool isIndent = (lineStart > 0 || _atLineStart) && data.AsSpan(lineStart).IndexOfAnyExcept(PythonStrings.Spaces) < 0;
        return kind != '{' && sign != '+' && isIndent ? data[..lineStart] : data;
    }

    void AddData(string data, int line)
    {
        if (data.Length > 0)
            _parts.Add(new(TemplatePartKind.Data, data, [], line));
    }

    void SkipComment()
    {
        int end = _source.Text.IndexOf("#}", _source.At, StringComparison.Ordinal);
        if (end < 0)
            throw _source.Refusal("a comment is not closed with #}");
        char sign = end > _source.At ? _source.Text[end - 1] : '\0';
        _source.Skip(end - _source.At);
        Close(sign, "#}");
    }

    void ReadTag(char kind, int line)
    {
        string closing = kind == '{' ? "}}" : "%}";
        List<TemplateToken> tokens = [];
        Stack<char> open = [];
        while (true)
        {
            if (open.Count == 0 && TryClose(closing))
                break;
            if (_source.IsAtEnd)
                throw _source.Refusal(line, $"a tag is not closed with {closing}");
            if (PythonStrings.IsSpace(_source.Here))
                _source.SkipSpace();
            else
                tokens.Add(Balanced(TemplateTokens.Read(_source), open));
        }
        tokens.Add(new(TemplateTokenKind.End, "", null, _source.Line));
        _parts.Add(new(kind == '{' ? TemplatePartKind.Print : TemplatePartKind.Block, "", [.. tokens], line));
    }

    TemplateToken Balanced(TemplateToken token, Stack<char> open)
    {
        if (token.Kind != TemplateTokenKind.Sign)
            return token;
        if (token.Written is "(" or "[" or "{")
            open.Push(token.Written[0] switch { '(' => ')', '[' => ']', _ => '}' });
        else if (token.Written is ")" or "]" or "}" && (!open.TryPop(out char expected) || expected != token.Written[0]))
            throw _source.Refusal(token.Line, $"a \"{token.Written}\" closes nothing");
        return token;
    }

    /// <summary>Passes the closing sign, if it is next, and what its minus or the trimming takes behind it.</summary>
    bool TryClose(string closing)
    {
        char sign = _source.Here is '-' or '+' ? _source.Here : '\0';
        if (sign == '+' && closing == "}}")
            return false;
        if (sign != '\0' && !_source.Text.AsSpan(_source.At + 1).StartsWith(closing))
            return false;
        if (sign == '\0' && !_source.StartsWith(closing))
            return false;
        _source.Skip(sign == '\0' ? 0 : 1);
        Close(sign, closing);
        return true;
    }

    void Close(char sign, string closing)
    {
        _source.Skip(closing.Length);
        if (sign == '-')
            _source.SkipSpace();
        else if (sign != '+' && closing != "}}" && _source.Here == '\n')
            _source.Skip(1);
        _atLineStart = _source.At > 0 && _source.Text[_source.At - 1] == '\n';
    }
}
