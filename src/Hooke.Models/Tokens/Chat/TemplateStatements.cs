namespace Hooke.Models;

/// <summary>What a statement leads to.</summary>
enum TemplateFlow
{
    Next,
    Break,
    Continue,
}

/// <summary>Something in a template that is carried out.</summary>
abstract class TemplateStatement(int line)
{
    public TemplateFlow Execute(TemplateRun run)
    {
        run.Line = line;
        run.Enter();
        TemplateFlow flow = Do(run);
        run.Leave();
        return flow;
    }

    /// <summary>Carries out statements one after the other, up to a break or continue.</summary>
    public static TemplateFlow Execute(IReadOnlyList<TemplateStatement> body, TemplateRun run)
    {
        foreach (TemplateStatement statement in body)
            if (statement.Execute(run) is var flow && flow != TemplateFlow.Next)
                return flow;
        return TemplateFlow.Next;
    }

    protected abstract TemplateFlow Do(TemplateRun run);
}

sealed class DataStatement(int line, string text) : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run)
    {
        run.Print(text);
        return TemplateFlow.Next;
    }
}

sealed class PrintStatement(int line, TemplateExpression value) : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run)
    {
        run.Print(PythonText.Of(run, value.Evaluate(run)));
        return TemplateFlow.Next;
    }
}

sealed class LeaveStatement(int line, TemplateFlow flow) : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run) => flow;
}

/// <summary>Statements that stand together, such as those between generation and endgeneration.</summary>
sealed class GroupStatement(int line, IReadOnlyList<TemplateStatement> body) : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run) => Execute(body, run);
}

/// <summary>The first branch whose test is true; that of else has none.</summary>
sealed class IfStatement(
    int line, IReadOnlyList<(TemplateExpression? Test, IReadOnlyList<TemplateStatement> Body)> branches)
    : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run)
    {
        foreach ((TemplateExpression? test, IReadOnlyList<TemplateStatement> body) in branches)
            if (test is null || PythonOperators.IsTrue(test.Evaluate(run)))
                return Execute(body, run);
        return TemplateFlow.Next;
    }
}

sealed class ForStatement(
    int line, TemplateTarget target, TemplateExpression items, TemplateExpression? test,
    IReadOnlyList<TemplateStatement> body, IReadOnlyList<TemplateStatement> otherwise) : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run)
    {
        IReadOnlyList<object?> all = TemplateItems.Of(run, items.Evaluate(run));
        TemplateScope outer = run.Scope;
        if (test is not null)
            all = [.. all.Where(item => Passes(run, outer, item))];
        bool isFinished = false; // as in Jinja, else is for a loop of which no round reached its end
        for (int i = 0; i < all.Count; i++)
        {
            run.Scope = new(outer); // what is set in one round is gone in the next
            run.Scope.Set("loop", new TemplateLoop(all, i));
            target.Set(run, all[i]);
            TemplateFlow end = Execute(body, run);
            isFinished |= end == TemplateFlow.Next;
            if (end == TemplateFlow.Break)
                break;
        }
        run.Scope = new(outer);
        TemplateFlow flow = isFinished ? TemplateFlow.Next : Execute(otherwise, run);
        run.Scope = outer;
        return flow;
    }

    bool Passes(TemplateRun run, TemplateScope outer, object? item)
    {
        run.Scope = new(outer);
        target.Set(run, item);
        return PythonOperators.IsTrue(test!.Evaluate(run));
    }
}

/// <summary><c>{% set target = value %}</c></summary>
sealed class SetStatement(int line, TemplateTarget target, TemplateExpression value) : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run)
    {
        target.Set(run, value.Evaluate(run));
        return TemplateFlow.Next;
    }
}

/// <summary><c>{% set target %} … {% endset %}</c>: what is printed between them.</summary>
sealed class CaptureStatement(int line, TemplateTarget target, IReadOnlyList<TemplateStatement> body)
    : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run)
    {
        TemplateScope outer = run.Scope;
        run.Scope = new(outer);
        string captured = run.Capture(() => _ = Execute(body, run));
        run.Scope = outer;
        target.Set(run, captured);
        return TemplateFlow.Next;
    }
}

/// <summary><c>{% macro name(parameters) %}</c>: a function that gives what its body prints.</summary>
sealed class MacroStatement(
    int line, string name, IReadOnlyList<(string Name, TemplateExpression? Default)> parameters,
    IReadOnlyList<TemplateStatement> body) : TemplateStatement(line)
{
    protected override TemplateFlow Do(TemplateRun run)
    {
        TemplateScope defined = run.Scope;
        run.Scope.Set(name, new TemplateFunction(name, (_, all) => Call(run, defined, all)));
        return TemplateFlow.Next;
    }

    string Call(TemplateRun run, TemplateScope defined, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, $"the macro {name}", [.. parameters.Select(parameter => parameter.Name)]);
        TemplateScope caller = run.Scope;
        run.Enter();
        run.Scope = new(defined);
        for (int i = 0; i < bound.Length; i++)
            run.Scope.Set(parameters[i].Name, bound[i] != TemplateArguments.NotGiven ? bound[i]
                : parameters[i].Default is TemplateExpression expression ? expression.Evaluate(run)
                : new TemplateUndefined($"the parameter {Quote.Of(parameters[i].Name)}"));
        string printed = run.Capture(() => _ = Execute(body, run));
        run.Scope = caller;
        run.Leave();
        return printed;
    }
}

/// <summary>What is set: a name, several, or the name of a namespace.</summary>
sealed class TemplateTarget(IReadOnlyList<string> names, string? attribute)
{
    public void Set(TemplateRun run, object? value)
    {
        if (attribute is not null)
            (run.Scope.TryGet(names[0], out object? space) && space is TemplateNamespace known ? known
                : throw run.Refusal($"{names[0]} is no namespace: {names[0]}.{attribute} cannot be set"))
                .Names[attribute] = value;
        else if (names.Count == 1)
            run.Scope.Set(names[0], value);
        else
            SetAll(run, TemplateItems.Of(run, value));
    }

    void SetAll(TemplateRun run, IReadOnlyList<object?> values)
    {
        if (values.Count != names.Count)
            throw run.Refusal($"{values.Count} values are given to {names.Count} names");
        for (int i = 0; i < names.Count; i++)
            run.Scope.Set(names[i], values[i]);
    }
}
