using System.Diagnostics.CodeAnalysis;

namespace Hooke.Models;

// A value of a template is null (None), bool, long, double, string or one of the types below. None of them can be
// changed but a namespace, and a text is always valid Unicode.

/// <summary>Nothing: what a name that was never set stands for. It prints as nothing and is false.</summary>
sealed record TemplateUndefined(string What);

/// <summary>Which of Python's sequences a sequence stands for.</summary>
enum TemplateSequenceKind
{
    List,
    Tuple,
    Range,
    View, // the keys, values or items of a mapping
}

/// <summary>A list, a tuple or a view.</summary>
sealed record TemplateSequence(IReadOnlyList<object?> Items, TemplateSequenceKind Kind = TemplateSequenceKind.List);

/// <summary>What filters such as map give: items that can be gone through once; always true.</summary>
sealed class TemplateIterator(IReadOnlyList<object?> items)
{
    int _at;

    public bool TryTake(out object? item)
    {
        item = _at < items.Count ? items[_at] : null;
        return _at++ < items.Count;
    }

    public List<object?> TakeAll()
    {
        List<object?> rest = [];
        while (TryTake(out object? item))
            rest.Add(item);
        return rest;
    }
}

/// <summary>A mapping from texts, in the order in which they were put in.</summary>
sealed class TemplateMap
{
    readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    readonly List<KeyValuePair<string, object?>> _items = [];

    public IReadOnlyList<KeyValuePair<string, object?>> Items => _items;

    public void Set(string key, object? value)
    {
        if (_places.TryAdd(key, _items.Count))
            _items.Add(new(key, value));
        else
            _items[_places[key]] = new(key, value);
    }

    public bool TryGet(string key, out object? value)
    {
        bool isThere = _places.TryGetValue(key, out int place);
        value = isThere ? _items[place].Value : null;
        return isThere;
    }
}

/// <summary>What <c>namespace()</c> makes: names that can be set from inside a loop.</summary>
sealed class TemplateNamespace
{
    public Dictionary<string, object?> Names { get; } = new(StringComparer.Ordinal);
}

/// <summary>What <c>loop</c> is inside a for.</summary>
sealed record TemplateLoop(IReadOnlyList<object?> Items, int Index)
{
    /// <summary>One of its facts, such as <c>loop.first</c>.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out object? value)
    {
        value = name switch
        {
            "index" => Index + 1L,
            "index0" => (long)Index,
            "revindex" => (long)(Items.Count - Index),
            "revindex0" => Items.Count - Index - 1L,
            "first" => Index == 0,
            "last" => Index == Items.Count - 1,
            "length" => (long)Items.Count,
            _ => null,
        };
        return value is not null;
    }
}

/// <summary>A function, a macro or the method of a value.</summary>
sealed record TemplateFunction(string Name, Func<TemplateRun, TemplateArguments, object?> Call);
