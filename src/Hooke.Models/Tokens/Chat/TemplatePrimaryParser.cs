namespace Hooke.Models;

/// <summary>Reads literals and names, and what is written behind them: items, calls, filters and tests.</summary>
static class TemplatePrimaryParser
{
    public static TemplateExpression Primary(TemplateCursor at)
    {
        TemplateToken token = at.Take();
        switch (token.Kind)
        {
            case TemplateTokenKind.Name:
                return token.Written switch
                {
                    "true" or "True" => new LiteralExpression(token.Line, true),
                    "false" or "False" => new LiteralExpression(token.Line, false),
                    "none" or "None" => new LiteralExpression(token.Line, null),
                    _ => new NameExpression(token.Line, token.Written),
                };
            case TemplateTokenKind.Number:
                return new LiteralExpression(token.Line, token.Value);
            case TemplateTokenKind.Text:
                string text = (string)token.Value!;
                while (at.Here.Kind == TemplateTokenKind.Text) // texts side by side are one
                    text += (string)at.Take().Value!;
                return new LiteralExpression(token.Line, text);
            case TemplateTokenKind.Sign when token.Written == "(":
                return at.Nested(() => Parenthesised(at, token.Line));
            case TemplateTokenKind.Sign when token.Written == "[":
                return at.Nested(() => new SequenceExpression(token.Line, List(at), TemplateSequenceKind.List));
            case TemplateTokenKind.Sign when token.Written == "{":
                return at.Nested(() => Map(at, token.Line));
            default:
                throw at.Refusal($"{token.Shown} stands where a value is expected");
        }
    }

    public static TemplateExpression Postfix(TemplateCursor at, TemplateExpression value)
    {
        while (true)
        {
            int line = at.Here.Line;
            if (at.TryTake("."))
                value = at.Here.Kind == TemplateTokenKind.Number
                    ? new ItemExpression(line, value, new LiteralExpression(line, at.Take().Value))
                    : new AttributeExpression(line, value, at.ExpectName());
            else if (at.TryTake("["))
                value = at.Nested(() => Item(at, value, line));
            else if (at.Here.Is("("))
                value = new CallExpression(line, value, Arguments(at));
            else
                return value;
        }
    }

    public static TemplateExpression Filters(TemplateCursor at, TemplateExpression value)
    {
        while (true)
        {
            int line = at.Here.Line;
            if (at.TryTake("|"))
                value = Filter(at, value, line);
            else if (at.TryTakeName("is"))
                value = Test(at, value, line);
            else if (at.Here.Is("("))
                value = new CallExpression(line, value, Arguments(at));
            else
                return value;
        }
    }

    static FilterExpression Filter(TemplateCursor at, TemplateExpression value, int line)
    {
        string name = at.ExpectName();
        return new(line, value, name, at.Here.Is("(") ? Arguments(at) : ArgumentList.None);
    }

    static TemplateExpression Test(TemplateCursor at, TemplateExpression value, int line)
    {
        bool isNegated = at.TryTakeName("not");
        string name = at.ExpectName();
        ArgumentList arguments = ArgumentList.None;
        if (at.Here.Is("("))
            arguments = Arguments(at);
        else if (BeginsArgument(at.Here))
        {
            if (at.Here.IsName("is"))
                throw at.Refusal("tests are chained with \"is\", which is not allowed");
            arguments = new([Postfix(at, Primary(at))], []);
        }
        TestExpression test = new(line, value, name, arguments);
        return isNegated ? new NotExpression(line, test) : test;
    }

    static bool BeginsArgument(TemplateToken token) => token.Kind switch
    {
        TemplateTokenKind.Name => token.Written is not ("else" or "or" or "and"),
        TemplateTokenKind.Text or TemplateTokenKind.Number => true,
        _ => token.Is("[") || token.Is("{"),
    };

    static TemplateExpression Parenthesised(TemplateCursor at, int line)
    {
        TemplateExpression inner = at.Here.Is(")")
            ? new SequenceExpression(line, [], TemplateSequenceKind.Tuple)
            : TemplateExpressionParser.Tuple(at);
        at.Expect(")");
        return inner;
    }

    static List<TemplateExpression> List(TemplateCursor at)
    {
        List<TemplateExpression> items = [];
        while (!at.TryTake("]"))
        {
            if (items.Count > 0)
                at.Expect(",");
            if (at.TryTake("]"))
                break;
            items.Add(TemplateExpressionParser.Expression(at));
        }
        return items;
    }

    static MapExpression Map(TemplateCursor at, int line)
    {
        List<(TemplateExpression, TemplateExpression)> items = [];
        while (!at.TryTake("}"))
        {
            if (items.Count > 0)
                at.Expect(",");
            if (at.TryTake("}"))
                break;
            TemplateExpression key = TemplateExpressionParser.Expression(at);
            at.Expect(":");
            items.Add((key, TemplateExpressionParser.Expression(at)));
        }
        return new(line, items);
    }

    static TemplateExpression Item(TemplateCursor at, TemplateExpression of, int line)
    {
        List<TemplateExpression?> ends = [];
        do
            ends.Add(at.Here.Is(":") || at.Here.Is("]") ? null : TemplateExpressionParser.Expression(at));
        while (at.TryTake(":"));
        at.Expect("]");
        if (ends.Count > 3 || (ends.Count == 1 && ends[0] is null))
            throw at.Refusal("brackets hold neither one item nor a slice");
        return ends.Count == 1
            ? new ItemExpression(line, of, ends[0]!)
            : new SliceExpression(line, of, [.. ends, .. Enumerable.Repeat<TemplateExpression?>(null, 3 - ends.Count)]);
    }

    static ArgumentList Arguments(TemplateCursor at) => at.Nested(() =>
    {
        List<TemplateExpression> inOrder = [];
        List<(string, TemplateExpression)> named = [];
        at.Expect("(");
        while (!at.TryTake(")"))
        {
            if (inOrder.Count + named.Count > 0)
                at.Expect(",");
            if (at.TryTake(")"))
                break;
            if (at.Here.Kind == TemplateTokenKind.Name && at.Next.Is("="))
            {
                string name = at.ExpectName();
                at.Expect("=");
                named.Add((name, TemplateExpressionParser.Expression(at)));
            }
            else if (named.Count > 0 || at.Here.Is("*") || at.Here.Is("**"))
                throw at.Refusal("arguments in order stand after named ones, or are spread with *");
            else
                inOrder.Add(TemplateExpressionParser.Expression(at));
        }
        return new ArgumentList(inOrder, named);
    });
}
