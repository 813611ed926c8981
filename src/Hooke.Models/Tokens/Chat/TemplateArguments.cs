namespace Hooke.Models;

/// <summary>The arguments of a call.</summary>
readonly record struct TemplateArguments(
    IReadOnlyList<object?> InOrder, IReadOnlyList<KeyValuePair<string, object?>> Named)
{
    /// <summary>Stands for an argument that was not given.</summary>
    public static object NotGiven { get; } = new();

    public static TemplateArguments None { get; } = new([], []);

    /// <summary>The arguments under their names; <see cref="NotGiven"/> where one is absent.</summary>
    public object?[] Bind(TemplateRun run, string function, params ReadOnlySpan<string> names)
    {
        if (InOrder.Count > names.Length)
            throw run.Refusal($"{function} takes {names.Length} arguments at most, but is given {InOrder.Count}");
        object?[] bound = new object?[names.Length];
        Array.Fill(bound, NotGiven);
        for (int i = 0; i < InOrder.Count; i++)
            bound[i] = InOrder[i];
        foreach ((string name, object? value) in Named)
        {
            int place = names.IndexOf(name);
            if (place < 0)
                throw run.Refusal($"{function} has no argument {Quote.Of(name)} here");
            if (bound[place] != NotGiven)
                throw run.Refusal($"{function} is given the argument {Quote.Of(name)} twice");
            bound[place] = value;
        }
        return bound;
    }

    /// <summary>The one argument of a call that needs exactly one.</summary>
    public object? Only(TemplateRun run, string function, string name) =>
        Bind(run, function, name)[0] is object value && value == NotGiven
            ? throw run.Refusal($"{function} needs the argument {Quote.Of(name)}")
            : Bind(run, function, name)[0];

    public void RequireNone(TemplateRun run, string function) => _ = Bind(run, function);

    /// <summary>These without the first.</summary>
    public TemplateArguments Rest() => new([.. InOrder.Skip(1)], Named);
}
