namespace Hooke.Models;

/// <summary>Reads the statements of a template.</summary>
sealed class TemplateParser
{
    const int Deepest = 50;
    const string Supported = "if, for, set, macro, generation, break and continue";

    readonly TemplateSource _source;
    readonly List<TemplatePart> _parts;
    TemplateCursor _tag;
    int _at;
    int _depth;
    int _loops;

    TemplateParser(TemplateSource source)
    {
        (_source, _parts) = (source, TemplateLexer.Read(source));
        _tag = new(source, [default]);
    }

    public static IReadOnlyList<TemplateStatement> Parse(TemplateSource source) => new TemplateParser(source).Body(1, "");

    /// <summary>The statements up to a tag of one of these names, which is taken too; "" is the template's end.</summary>
    List<TemplateStatement> Body(int line, params ReadOnlySpan<string> until)
    {
        if (++_depth > Deepest)
            throw _source.Refusal(line, $"tags are nested more than {Deepest} levels deep");
        List<TemplateStatement> body = [];
        for (; _at < _parts.Count; _at++)
        {
            TemplatePart part = _parts[_at];
            if (part.Kind == TemplatePartKind.Data)
            {
                body.Add(new DataStatement(part.Line, part.Text));
                continue;
            }
            _tag = new(_source, part.Tokens);
            if (part.Kind == TemplatePartKind.Print)
            {
                body.Add(new PrintStatement(part.Line, Printed(Whole(TemplateExpressionParser.Tuple(_tag)))));
                continue;
            }
            if (until.Contains(_tag.Here.Written) && _tag.Here.Kind == TemplateTokenKind.Name)
            {
                _depth--;
                _at++;
                return body;
            }
            body.Add(Statement(part.Line, _tag.ExpectName()));
        }
        _depth--;
        return until.Contains("") ? body : throw _source.Refusal(line, $"the tag has no {{% {until[^1]} %}}");
    }

    // Nothing is escaped, so that a last filter "safe" changes nothing; elsewhere it is refused.
    static TemplateExpression Printed(TemplateExpression value) =>
        value is FilterExpression { Name: "safe" } safe ? safe.Operand : value;

    TemplateStatement Statement(int line, string name) => name switch
    {
        "if" => If(line),
        "for" => For(line),
        "set" => Set(line),
        "macro" => Macro(line),
        "generation" => Group(line),
        "break" or "continue" => Leave(line, name),
        _ => throw _source.Refusal(line, $"the tag {Quote.Of(name)} is not supported; supported are {Supported}"),
    };

    T Whole<T>(T parsed)
    {
        _tag.ExpectEnd();
        return parsed;
    }

    /// <summary>Statements behind the tag that was just read; the part it is in is still the current one.</summary>
    List<TemplateStatement> Inner(int line, params ReadOnlySpan<string> until)
    {
        _at++;
        return Body(line, until);
    }

    /// <summary>The name of the tag that ended a body; its part is made the current one again.</summary>
    string Ended()
    {
        _at--;
        return _tag.ExpectName();
    }

    IfStatement If(int line)
    {
        List<(TemplateExpression?, IReadOnlyList<TemplateStatement>)> branches = [];
        string ended;
        do
        {
            TemplateExpression test = Whole(TemplateExpressionParser.Tuple(_tag, withCondition: false));
            branches.Add((test, Inner(line, "elif", "else", "endif")));
            ended = Ended();
        }
        while (ended == "elif");
        if (ended == "else")
        {
            _tag.ExpectEnd();
            branches.Add((null, Inner(line, "endif")));
            _ = Ended();
        }
        _tag.ExpectEnd();
        return new(line, branches);
    }

    ForStatement For(int line)
    {
        TemplateTarget target = Target(mayBeAttribute: false);
        if (!_tag.TryTakeName("in"))
            throw _tag.Refusal($"{_tag.Here.Shown} stands where \"in\" is expected");
        TemplateExpression items = TemplateExpressionParser.Tuple(_tag, withCondition: false);
        TemplateExpression? test = _tag.TryTakeName("if") ? TemplateExpressionParser.Expression(_tag) : null;
        if (_tag.Here.IsName("recursive"))
            throw _tag.Refusal("a recursive for is not supported");
        _tag.ExpectEnd();
        _loops++;
        List<TemplateStatement> body = Inner(line, "else", "endfor"), otherwise = [];
        _loops--;
        if (Ended() == "else")
        {
            _tag.ExpectEnd();
            otherwise = Inner(line, "endfor");
            _ = Ended();
        }
        _tag.ExpectEnd();
        return new(line, target, items, test, body, otherwise);
    }

    TemplateStatement Set(int line)
    {
        TemplateTarget target = Target(mayBeAttribute: true);
        if (_tag.TryTake("="))
            return new SetStatement(line, target, Whole(TemplateExpressionParser.Tuple(_tag)));
        if (_tag.Here.Is("|"))
            throw _tag.Refusal("a set with a filter is not supported");
        _tag.ExpectEnd();
        return new CaptureStatement(line, target, Closed(line, "endset"));
    }

    MacroStatement Macro(int line)
    {
        string name = _tag.ExpectName();
        List<(string, TemplateExpression?)> parameters = [];
        _tag.Expect("(");
        while (!_tag.TryTake(")"))
        {
            if (parameters.Count > 0)
                _tag.Expect(",");
            string parameter = _tag.ExpectName();
            parameters.Add((parameter, _tag.TryTake("=") ? TemplateExpressionParser.Expression(_tag) : null));
        }
        _tag.ExpectEnd();
        int loops = _loops;
        _loops = 0;
        List<TemplateStatement> body = Closed(line, "endmacro");
        _loops = loops;
        return new(line, name, parameters, body);
    }

    GroupStatement Group(int line)
    {
        _tag.ExpectEnd();
        return new(line, Closed(line, "endgeneration"));
    }

    LeaveStatement Leave(int line, string name)
    {
        _tag.ExpectEnd();
        return _loops > 0 ? new(line, name == "break" ? TemplateFlow.Break : TemplateFlow.Continue)
            : throw _source.Refusal(line, $"a {name} stands outside of a for");
    }

    List<TemplateStatement> Closed(int line, string end)
    {
        List<TemplateStatement> body = Inner(line, end);
        _ = Ended();
        _tag.ExpectEnd();
        return body;
    }

    TemplateTarget Target(bool mayBeAttribute)
    {
        bool isBracketed = _tag.TryTake("(");
        List<string> names = [_tag.ExpectName()];
        string? attribute = mayBeAttribute && _tag.TryTake(".") ? _tag.ExpectName() : null;
        bool isTuple = false;
        while (attribute is null && _tag.TryTake(","))
        {
            isTuple = true;
            if (_tag.Here.Kind == TemplateTokenKind.Name && !_tag.Here.IsName("in"))
                names.Add(_tag.ExpectName());
        }
        if (isBracketed)
            _tag.Expect(")");
        if (isTuple && names.Count == 1)
            throw _tag.Refusal("a tuple of one name is not supported here");
        return new(names, attribute);
    }
}
