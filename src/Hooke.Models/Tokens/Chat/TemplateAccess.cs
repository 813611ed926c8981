namespace Hooke.Models;

/// <summary><c>value.name</c></summary>
sealed class AttributeExpression(int line, TemplateExpression of, string name) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run) => TemplateItems.Attribute(run, of.Evaluate(run), name);
}

/// <summary><c>value[key]</c></summary>
sealed class ItemExpression(int line, TemplateExpression of, TemplateExpression key) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run) => TemplateItems.Item(run, of.Evaluate(run), key.Evaluate(run));
}

/// <summary><c>value[start:stop:step]</c></summary>
sealed class SliceExpression(int line, TemplateExpression of, IReadOnlyList<TemplateExpression?> ends)
    : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run)
    {
        object? value = of.Evaluate(run);
        long?[] bounds = [.. ends.Select(end => Bound(run, end?.Evaluate(run)))];
        return TemplateItems.Slice(run, value, bounds[0], bounds[1], bounds[2] ?? 1);
    }

    static long? Bound(TemplateRun run, object? bound) => bound is null ? null
        : PythonOperators.Whole(bound) ?? throw run.Refusal($"a slice is bounded by {PythonText.TypeOf(bound)}");
}

/// <summary>The arguments as they stand in the template.</summary>
sealed class ArgumentList(IReadOnlyList<TemplateExpression> inOrder, IReadOnlyList<(string Name, TemplateExpression Value)> named)
{
    public static ArgumentList None { get; } = new([], []);

    public TemplateArguments Evaluate(TemplateRun run) => new(
        [.. inOrder.Select(argument => argument.Evaluate(run))],
        [.. named.Select(argument => KeyValuePair.Create(argument.Name, argument.Value.Evaluate(run)))]);
}

/// <summary><c>function(…)</c></summary>
sealed class CallExpression(int line, TemplateExpression function, ArgumentList arguments) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run)
    {
        object? called = function.Evaluate(run);
        TemplateArguments given = arguments.Evaluate(run);
        run.Line = Line;
        return called is TemplateFunction known ? known.Call(run, given)
            : throw run.Refusal($"{PythonText.TypeOf(called)} cannot be called");
    }
}

/// <summary><c>value | name(…)</c></summary>
sealed class FilterExpression(int line, TemplateExpression operand, string name, ArgumentList arguments)
    : TemplateExpression(line)
{
    public string Name => name;

    public TemplateExpression Operand => operand;

    protected override object? Value(TemplateRun run)
    {
        object? value = operand.Evaluate(run);
        TemplateArguments given = arguments.Evaluate(run);
        run.Line = Line;
        return TemplateFilters.Apply(run, name, value, given);
    }
}

/// <summary><c>value is name(…)</c></summary>
sealed class TestExpression(int line, TemplateExpression operand, string name, ArgumentList arguments)
    : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run)
    {
        object? value = operand.Evaluate(run);
        TemplateArguments given = arguments.Evaluate(run);
        run.Line = Line;
        return TemplateTests.Holds(run, name, value, given);
    }
}
