namespace Hooke.Models;

/// <summary>What may stand after a bar.</summary>
static class TemplateFilters
{
    delegate object? Filter(TemplateRun run, object? value, TemplateArguments all);

    static readonly Dictionary<string, Filter> Known = new(StringComparer.Ordinal)
    {
        ["trim"] = (run, value, all) => run.Made(PythonStrings.Strip(
            PythonText.Of(run, value), Optional(all.Bind(run, "trim", "chars")[0], (string?)null, run, "trim"))),
        ["length"] = (run, value, all) => Length(run, value, all),
        ["count"] = (run, value, all) => Length(run, value, all),
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = (run, value, all) => ToJson(run, value, all),
        ["upper"] = Cased(PythonCase.Upper),
        ["lower"] = Cased(PythonCase.Lower),
        ["capitalize"] = Cased(PythonCase.Capitalize),
        ["title"] = Cased(PythonCase.Title),
        ["string"] = Plain((run, value) => run.Made(PythonText.Of(run, value))),
        ["list"] = Plain((run, value) => new TemplateSequence([.. TemplateItems.Of(run, value)])),
        ["items"] = Plain(Items),
        ["first"] = Plain(First),
        ["last"] = Plain(Last),
        ["reverse"] = Plain(Reverse),
        ["abs"] = Plain(Absolute),
        ["int"] = (run, value, all) => TemplateNumbers.Whole(run, value, all),
        ["float"] = (run, value, all) => TemplateNumbers.Real(run, value, all),
        ["replace"] = (run, value, all) => Replace(run, value, all),
        ["join"] = (run, value, all) => Join(run, value, all),
        ["indent"] = (run, value, all) => Indent(run, value, all),
        ["map"] = TemplateSelection.Map,
        ["select"] = (run, value, all) => TemplateSelection.Select(run, value, all, wanted: true),
        ["reject"] = (run, value, all) => TemplateSelection.Select(run, value, all, wanted: false),
        ["selectattr"] = (run, value, all) => TemplateSelection.SelectByAttribute(run, value, all, wanted: true),
        ["rejectattr"] = (run, value, all) => TemplateSelection.SelectByAttribute(run, value, all, wanted: false),
    };

    public static object? Apply(TemplateRun run, string name, object? value, TemplateArguments all)
    {
        run.Read(value);
        return Known.TryGetValue(name, out Filter? filter)
            ? filter(run, value, all)
            : throw run.Refusal(
                $"the filter {Quote.Of(name)} is not supported; supported are {string.Join(", ", Known.Keys)}");
    }

    static Filter Plain(Func<TemplateRun, object?, object?> filter) => (run, value, all) =>
    {
        all.RequireNone(run, "this filter");
        return filter(run, value);
    };

    static Filter Cased(Func<TemplateRun, string, string> change) =>
        Plain((run, value) => run.Made(change(run, PythonText.Of(run, value))));

    static long Length(TemplateRun run, object? value, TemplateArguments all)
    {
        all.RequireNone(run, "length");
        return TemplateItems.Length(run, value);
    }

    static object? Default(TemplateRun run, object? value, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, "default", "default_value", "boolean");
        bool alsoFalse = bound[1] != TemplateArguments.NotGiven && PythonOperators.IsTrue(bound[1]);
        bool replaces = value is TemplateUndefined || (alsoFalse && !PythonOperators.IsTrue(value));
        return !replaces ? value : bound[0] == TemplateArguments.NotGiven ? "" : bound[0];
    }

    static string ToJson(TemplateRun run, object? value, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, "tojson", "ensure_ascii", "indent");
        if (bound[0] != TemplateArguments.NotGiven && PythonOperators.IsTrue(bound[0]))
            throw run.Refusal("tojson is asked for ensure_ascii, which is not supported");
        long? indent = bound[1] is null ? null : Optional<long?>(bound[1], null, run, "tojson");
        if (indent is < 0 or > 100)
            throw run.Refusal($"tojson is given the indent {indent}, which is not in 0..100");
        return run.Made(PythonJson.Of(run, value, (int?)indent));
    }

    static object? Items(TemplateRun run, object? value)
    {
        if (value is TemplateUndefined)
            return new TemplateIterator([]);
        if (value is not TemplateMap map)
            throw run.Refusal($"items is given {PythonText.TypeOf(value)}, which is no mapping");
        run.Step(map.Items.Count);
        return new TemplateIterator([.. map.Items.Select(item => (object)TemplateMethods.Pair(item))]);
    }

    static object? First(TemplateRun run, object? value) => value switch
    {
        TemplateIterator iterator => iterator.TryTake(out object? item) ? item : new TemplateUndefined("the first item"),
        _ => TemplateItems.Of(run, value) is [object first, ..] ? first : NullOrNothing(run, value, 0),
    };

    static object? Last(TemplateRun run, object? value) => value is TemplateIterator
        ? throw run.Refusal("last is given the items of a filter; make them a list before")
        : TemplateItems.Of(run, value) is [.., object last] ? last : NullOrNothing(run, value, -1);

    static TemplateUndefined? NullOrNothing(TemplateRun run, object? value, int place) =>
        TemplateItems.Of(run, value).Count > 0 ? null : new TemplateUndefined(place == 0 ? "the first item" : "the last item");

    static object? Reverse(TemplateRun run, object? value) => value is string text
        ? TemplateItems.Slice(run, text, null, null, -1)
        : new TemplateIterator([.. TemplateItems.Of(run, value).Reverse()]);

    static object? Absolute(TemplateRun run, object? value) => PythonOperators.Number(value) is double number && number >= 0
        ? PythonOperators.Calculate(run, "+", 0L, value)
        : PythonOperators.Calculate(run, "-", 0L, value);

    static string Replace(TemplateRun run, object? value, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, "replace", "old", "new", "count");
        string old = PythonText.Of(run, Needed(run, "replace", bound[0]));
        string with = PythonText.Of(run, Needed(run, "replace", bound[1]));
        long most = bound[2] is null ? -1 : Optional(bound[2], -1L, run, "replace");
        return run.Made(PythonStrings.Replace(run, PythonText.Of(run, value), old, with, most));
    }

    static string Join(TemplateRun run, object? value, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, "join", "d", "attribute");
        string separator = bound[0] == TemplateArguments.NotGiven ? "" : PythonText.Of(run, bound[0]);
        string? attribute = bound[1] is null ? null : Optional(bound[1], (string?)null, run, "join");
        List<string> texts = [];
        foreach (object? item in TemplateItems.Of(run, value))
        {
            texts.Add(PythonText.Of(
                run, attribute is null ? item : TemplateSelection.Attribute(run, item, attribute)));
            run.Charge(texts[^1].Length + separator.Length);
        }
        return run.Made(string.Join(separator, texts));
    }

    static string Indent(TemplateRun run, object? value, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, "indent", "width", "first", "blank");
        long width = Optional(bound[0], 4L, run, "indent");
        if (width is < 0 or > 100)
            throw run.Refusal($"indent is given the width {width}, which is not in 0..100");
        bool first = bound[1] != TemplateArguments.NotGiven && PythonOperators.IsTrue(bound[1]);
        bool blank = bound[2] != TemplateArguments.NotGiven && PythonOperators.IsTrue(bound[2]);
        string by = new(' ', (int)width);
        if (value is not string text)
            throw run.Refusal($"indent is given {PythonText.TypeOf(value)}, which is no text");
        List<string> lines = PythonStrings.SplitLines(text + "\n");
        run.Charge(lines.Count * width);
        return run.Made((first ? by : "") + lines[0]
            + string.Concat(lines.Skip(1).Select(line => "\n" + (blank || line.Length > 0 ? by : "") + line)));
    }

    static object? Needed(TemplateRun run, string name, object? value) => value != TemplateArguments.NotGiven ? value
        : throw run.Refusal($"the filter {name} is given too few arguments");

    static T Optional<T>(object? value, T otherwise, TemplateRun run, string name) =>
        value == TemplateArguments.NotGiven ? otherwise
        : value is T known ? known
        : throw run.Refusal($"the filter {name} is given {PythonText.TypeOf(value)} where that means nothing");
}
