namespace Hooke.Models;

/// <summary>The methods of texts and mappings that templates may call.</summary>
static class TemplateMethods
{
    const string OfTexts = " capitalize casefold center count encode endswith expandtabs find format format_map index "
        + "isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper "
        + "join ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition "
        + "rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill ";

    const string OfMaps = " clear copy fromkeys get items keys pop popitem setdefault update values ";
    const string OfLists = " append clear copy count extend index insert pop remove reverse sort ";

    /// <summary>The method of that name, or null where Python has none either.</summary>
    public static TemplateFunction? Of(TemplateRun run, object? value, string name)
    {
        (string theirs, string type) = value switch
        {
            string => (OfTexts, "text"),
            TemplateMap => (OfMaps, "mapping"),
            TemplateSequence { Kind: TemplateSequenceKind.List or TemplateSequenceKind.Tuple } => (OfLists, "list"),
            _ => ("", ""),
        };
        if (!theirs.Contains($" {name} ", StringComparison.Ordinal))
            return null;
        run.Read(value);
        TemplateFunction? method = value switch
        {
            string text => OfText(text, name),
            TemplateMap map => OfMap(map, name),
            _ => null,
        };
        return method ?? throw run.Refusal($"the {type} method {name} is not supported");
    }

    static TemplateFunction? OfMap(TemplateMap map, string name)
    {
        return name switch
        {
            "get" => Method((run, all) =>
            {
                object?[] bound = all.Bind(run, name, "key", "default");
                run.Read(bound[0]);
                return bound[0] is string key && map.TryGet(key, out object? value) ? value
                    : bound[1] == TemplateArguments.NotGiven ? null : bound[1];
            }),
            "keys" => View(item => item.Key),
            "values" => View(item => item.Value),
            "items" => View(item => Pair(item)),
            _ => null,
        };

        TemplateFunction Method(Func<TemplateRun, TemplateArguments, object?> call) => new(name, call);

        TemplateFunction View(Func<KeyValuePair<string, object?>, object?> select) => Method((run, all) =>
        {
            all.RequireNone(run, name);
            run.Step(map.Items.Count);
            return new TemplateSequence([.. map.Items.Select(select)], TemplateSequenceKind.View);
        });
    }

    /// <summary>A key and its value as a tuple.</summary>
    public static TemplateSequence Pair(KeyValuePair<string, object?> item) =>
        new([item.Key, item.Value], TemplateSequenceKind.Tuple);

    static TemplateFunction? OfText(string text, string name) => name switch
    {
        "strip" or "lstrip" or "rstrip" => new(name, (run, all) => run.Made(PythonStrings.Strip(
            text, TextOrNone(run, name, all.Bind(run, name, "chars")[0]), left: name != "rstrip", right: name != "lstrip"))),
        "split" or "rsplit" => new(name, (run, all) => Split(run, text, name, all)),
        "splitlines" => new(name, (run, all) =>
        {
            all.RequireNone(run, name);
            return Listed(run, PythonStrings.SplitLines(text));
        }),
        "startswith" or "endswith" => new(name, (run, all) => IsAtEnd(run, text, name, all.Only(run, name, "prefix"))),
        "replace" => new(name, (run, all) =>
        {
            object?[] bound = all.Bind(run, name, "old", "new", "count");
            long most = bound[2] == TemplateArguments.NotGiven ? -1 : Whole(run, name, bound[2]);
            return run.Made(PythonStrings.Replace(run, text, Text(run, name, bound[0]), Text(run, name, bound[1]), most));
        }),
        "upper" => Plain(name, run => PythonCase.Upper(run, text)),
        "lower" => Plain(name, run => PythonCase.Lower(run, text)),
        "capitalize" => Plain(name, run => PythonCase.Capitalize(run, text)),
        "title" => Plain(name, run => PythonCase.TitleByLetters(run, text)),
        "join" => new(name, (run, all) => run.Made(string.Join(
            text, TemplateItems.Of(run, all.Only(run, name, "iterable")).Select(item => Text(run, name, item))))),
        "find" => new(name, (run, all) => PythonStrings.Find(text, Text(run, name, all.Only(run, name, "sub")))),
        "count" => new(name, (run, all) => Count(run, text, Text(run, name, all.Only(run, name, "sub")))),
        "removeprefix" => new(name, (run, all) => Text(run, name, all.Only(run, name, "prefix")) is { } prefix
            && text.StartsWith(prefix, StringComparison.Ordinal) ? run.Made(text[prefix.Length..]) : text),
        "removesuffix" => new(name, (run, all) => Text(run, name, all.Only(run, name, "suffix")) is { } suffix
            && text.EndsWith(suffix, StringComparison.Ordinal) ? run.Made(text[..^suffix.Length]) : text),
        _ => null,
    };

    static TemplateFunction Plain(string name, Func<TemplateRun, string> call) => new(name, (run, all) =>
    {
        all.RequireNone(run, name);
        return run.Made(call(run));
    });

    static TemplateSequence Split(TemplateRun run, string text, string name, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, name, "sep", "maxsplit");
        string? separator = TextOrNone(run, name, bound[0]);
        if (separator?.Length == 0)
            throw run.Refusal($"{name} is given an empty separator");
        long most = bound[1] == TemplateArguments.NotGiven ? -1 : Whole(run, name, bound[1]);
        return Listed(
            run, PythonStrings.Split(text, separator, most < 0 ? long.MaxValue : most, fromRight: name == "rsplit"));
    }

    static TemplateSequence Listed(TemplateRun run, List<string> parts)
    {
        run.Step(parts.Count);
        run.Charge(parts.Sum(part => (long)part.Length));
        return new(parts);
    }

    static bool IsAtEnd(TemplateRun run, string text, string name, object? affix)
    {
        IReadOnlyList<object?> affixes = affix is TemplateSequence { Kind: TemplateSequenceKind.Tuple } any ? any.Items : [affix];
        return affixes.Select(one => Text(run, name, one)).ToList().Exists(one => name == "startswith"
            ? text.StartsWith(one, StringComparison.Ordinal)
            : text.EndsWith(one, StringComparison.Ordinal));
    }

    static long Count(TemplateRun run, string text, string part) => part.Length > 0
        ? PythonStrings.Count(text, part)
        : throw run.Refusal("count is given an empty text");

    static string? TextOrNone(TemplateRun run, string name, object? value) =>
        value is null || value == TemplateArguments.NotGiven ? null : Text(run, name, value);

    static string Text(TemplateRun run, string name, object? value) => value is string text ? text
        : value == TemplateArguments.NotGiven ? throw run.Refusal($"{name} is given too few arguments")
        : throw run.Refusal($"{name} needs a text, but is given {PythonText.TypeOf(value)}");

    static long Whole(TemplateRun run, string name, object? value) => PythonOperators.Whole(value)
        ?? throw run.Refusal($"{name} needs a whole number, but is given {PythonText.TypeOf(value)}");
}
