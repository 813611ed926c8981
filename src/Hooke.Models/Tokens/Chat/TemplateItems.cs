namespace Hooke.Models;

/// <summary>Going through values, and taking items, slices and attributes of them.</summary>
static class TemplateItems
{
    /// <summary>What a for over the value goes through.</summary>
    public static IReadOnlyList<object?> Of(TemplateRun run, object? value)
    {
        IReadOnlyList<object?> items = value switch
        {
            TemplateSequence list => list.Items,
            TemplateIterator iterator => iterator.TakeAll(),
            TemplateMap map => [.. map.Items.Select(item => item.Key)],
            string text => PythonStrings.Characters(text),
            TemplateUndefined => [],
            _ => throw run.Refusal($"{PythonText.TypeOf(value)} has no items to go through"),
        };
        run.Step(items.Count);
        return items;
    }

    /// <summary>How many items or characters a value has.</summary>
    public static long Length(TemplateRun run, object? value) => value switch
    {
        string text => PythonStrings.Length(text),
        TemplateSequence list => list.Items.Count,
        TemplateMap map => map.Items.Count,
        TemplateUndefined => 0,
        TemplateLoop loop => loop.Items.Count,
        _ => throw run.Refusal($"{PythonText.TypeOf(value)} has no length"),
    };

    /// <summary><c>value[key]</c>: the item, else the attribute of that name, else nothing.</summary>
    public static object? Item(TemplateRun run, object? value, object? key)
    {
        if (value is TemplateUndefined undefined)
            throw run.Refusal($"{undefined.What} is not defined, so that it has no items");
        run.Read(key);
        if (value is TemplateMap map && key is string name && map.TryGet(name, out object? item))
            return item;
        if (PythonOperators.Whole(key) is long at)
            return At(run, value, at);
        return key is string attribute
            ? Attribute(run, value, attribute)
            : new TemplateUndefined($"an item of {PythonText.TypeOf(value)}");
    }

    /// <summary><c>value.name</c>: the method or attribute, else the item of that name, else nothing.</summary>
    public static object? Attribute(TemplateRun run, object? value, string name)
    {
        object? found = null;
        switch (value)
        {
            case TemplateUndefined undefined:
                throw run.Refusal($"{undefined.What} is not defined, so that it has no {Quote.Of(name)}");
            case TemplateLoop loop:
                return loop.TryGet(name, out found) ? found : LoopItem(run, loop, name);
            case TemplateNamespace space when space.Names.TryGetValue(name, out found):
                return found;
            default:
                if (name.StartsWith('_'))
                    throw run.Refusal($"the attribute {Quote.Of(name)} is not open to templates");
                return TemplateMethods.Of(run, value, name) is TemplateFunction method ? method
                    : value is TemplateMap map && map.TryGet(name, out found) ? found
                    : new TemplateUndefined($"{Quote.Of(name)} of {PythonText.TypeOf(value)}");
        }
    }

    /// <summary><c>value[start:stop:step]</c>, where each may be null.</summary>
    public static object Slice(TemplateRun run, object? value, long? start, long? stop, long step)
    {
        if (step == 0)
            throw run.Refusal("a slice has the step 0");
        if (value is string text)
        {
            run.Charge(text.Length);
            List<string> characters = PythonStrings.Characters(text);
            return run.Made(string.Concat(Places(characters.Count, start, stop, step).Select(i => characters[i])));
        }
        if (value is not TemplateSequence { Kind: TemplateSequenceKind.List or TemplateSequenceKind.Tuple } list)
            throw run.Refusal($"{PythonText.TypeOf(value)} cannot be sliced");
        run.Step(list.Items.Count);
        return list with { Items = [.. Places(list.Items.Count, start, stop, step).Select(i => list.Items[i])] };
    }

    static object? At(TemplateRun run, object? value, long at)
    {
        if (value is string text)
        {
            run.Charge(text.Length);
            List<string> characters = PythonStrings.Characters(text);
            at += at < 0 ? characters.Count : 0;
            return at >= 0 && at < characters.Count ? characters[(int)at] : new TemplateUndefined("that character");
        }
        if (value is TemplateSequence { Kind: TemplateSequenceKind.View } or TemplateIterator)
            throw run.Refusal($"{PythonText.TypeOf(value)} cannot be taken items of by number; make it a list");
        if (value is not TemplateSequence list)
            return new TemplateUndefined($"item {at} of {PythonText.TypeOf(value)}");
        at += at < 0 ? list.Items.Count : 0;
        return at >= 0 && at < list.Items.Count ? list.Items[(int)at]
            : new TemplateUndefined($"an item beyond the {list.Items.Count} of a list");
    }

    static object? LoopItem(TemplateRun run, TemplateLoop loop, string name)
    {
        int place = name switch
        {
            "previtem" => loop.Index - 1,
            "nextitem" => loop.Index + 1,
            _ => throw run.Refusal($"loop.{name} is not supported; supported are index, index0, revindex, revindex0, "
                + "first, last, length, previtem and nextitem"),
        };
        return place >= 0 && place < loop.Items.Count ? loop.Items[place] : new TemplateUndefined($"loop.{name}");
    }

    static IEnumerable<int> Places(int count, long? start, long? stop, long step)
    {
        long first = step > 0 ? 0 : -1, last = step > 0 ? count : count - 1;
        long from = start is long s ? Within(s) : step > 0 ? 0 : count - 1;
        long to = stop is long e ? Within(e) : step > 0 ? count : -1;
        for (long i = from; step > 0 ? i < to : i > to; i += Math.Clamp(step, -count - 1L, count + 1L))
            yield return (int)i;

        long Within(long place) => Math.Clamp(place < 0 ? Math.Max(place, -count - 1L) + count : place, first, last);
    }
}
