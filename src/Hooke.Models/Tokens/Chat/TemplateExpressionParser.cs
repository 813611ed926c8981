namespace Hooke.Models;

/// <summary>Reads expressions, loosest binding first, as Jinja's grammar has them.</summary>
static class TemplateExpressionParser
{
    static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>Expressions between commas are a tuple; one without a comma is itself.</summary>
    public static TemplateExpression Tuple(TemplateCursor at, bool withCondition = true)
    {
        int line = at.Here.Line;
        TemplateExpression first = withCondition ? Expression(at) : Or(at);
        if (!at.Here.Is(","))
            return first;
        List<TemplateExpression> items = [first];
        while (at.TryTake(",") && !EndsTuple(at.Here))
            items.Add(withCondition ? Expression(at) : Or(at));
        return new SequenceExpression(line, items, TemplateSequenceKind.Tuple);
    }

    public static TemplateExpression Expression(TemplateCursor at) => at.Nested(() =>
    {
        TemplateExpression value = Or(at);
        while (at.Here.IsName("if"))
        {
            int line = at.Take().Line;
            TemplateExpression test = Or(at);
            value = new ConditionExpression(line, value, test, at.TryTakeName("else") ? Expression(at) : null);
        }
        return value;
    });

    static bool EndsTuple(TemplateToken token) => token.Kind == TemplateTokenKind.End || token.Is(")");

    static TemplateExpression Or(TemplateCursor at)
    {
        TemplateExpression left = And(at);
        while (at.Here.IsName("or"))
            left = new LogicExpression(at.Take().Line, isAnd: false, left, And(at));
        return left;
    }

    static TemplateExpression And(TemplateCursor at)
    {
        TemplateExpression left = Not(at);
        while (at.Here.IsName("and"))
            left = new LogicExpression(at.Take().Line, isAnd: true, left, Not(at));
        return left;
    }

    static TemplateExpression Not(TemplateCursor at) => at.Here.IsName("not")
        ? at.Nested(() => new NotExpression(at.Take().Line, Not(at)))
        : Comparison(at);

    static TemplateExpression Comparison(TemplateCursor at)
    {
        int line = at.Here.Line;
        TemplateExpression first = Sum(at);
        List<(string, TemplateExpression)> rest = [];
        while (true)
        {
            if (at.Here.Kind == TemplateTokenKind.Sign && Comparisons.Contains(at.Here.Written, StringComparer.Ordinal))
                rest.Add((at.Take().Written, Sum(at)));
            else if (at.TryTakeName("in"))
                rest.Add(("in", Sum(at)));
            else if (at.Here.IsName("not") && at.Next.IsName("in"))
            {
                _ = (at.Take(), at.Take());
                rest.Add(("not in", Sum(at)));
            }
            else
                return rest.Count == 0 ? first : new ComparisonExpression(line, first, rest);
        }
    }

    static TemplateExpression Sum(TemplateCursor at)
    {
        TemplateExpression left = Join(at);
        while (at.Here.Is("+") || at.Here.Is("-"))
        {
            TemplateToken sign = at.Take();
            left = new CalculationExpression(sign.Line, sign.Written, left, Join(at));
        }
        return left;
    }

    static TemplateExpression Join(TemplateCursor at)
    {
        int line = at.Here.Line;
        List<TemplateExpression> parts = [Product(at)];
        while (at.TryTake("~"))
            parts.Add(Product(at));
        return parts.Count == 1 ? parts[0] : new JoinExpression(line, parts);
    }

    static TemplateExpression Product(TemplateCursor at)
    {
        TemplateExpression left = Unary(at, withFilters: true);
        while (at.Here.Is("*") || at.Here.Is("/") || at.Here.Is("//") || at.Here.Is("%") || at.Here.Is("**"))
        {
            TemplateToken sign = at.Take();
            if (sign.Written == "**")
                throw at.Refusal("the operator ** is not supported");
            left = new CalculationExpression(sign.Line, sign.Written, left, Unary(at, withFilters: true));
        }
        return left;
    }

    static TemplateExpression Unary(TemplateCursor at, bool withFilters)
    {
        int line = at.Here.Line;
        TemplateExpression value = at.Here.Is("-") || at.Here.Is("+")
            ? at.Nested(() => new SignExpression(line, at.Take().Written, Unary(at, withFilters: false)))
            : TemplatePrimaryParser.Primary(at);
        value = TemplatePrimaryParser.Postfix(at, value);
        return withFilters ? TemplatePrimaryParser.Filters(at, value) : value;
    }
}
