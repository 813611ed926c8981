namespace Hooke.Models;

/// <summary>The filters that choose among items or change each of them.</summary>
static class TemplateSelection
{
    /// <summary><c>items | map("filter", …)</c> or <c>items | map(attribute="name")</c>.</summary>
    public static object? Map(TemplateRun run, object? value, TemplateArguments all)
    {
        if (all.InOrder is [string filter, ..])
        {
            TemplateArguments rest = all.Rest();
            return Each(run, value, item => TemplateFilters.Apply(run, filter, item, rest));
        }
        object?[] bound = all.Bind(run, "map", "attribute", "default");
        string attribute = all.InOrder.Count > 0 ? "" : bound[0] is long place ? $"{place}" : bound[0] as string ?? "";
        if (attribute.Length == 0)
            throw run.Refusal("map needs the name of a filter or of an attribute");
        return Each(run, value, item => Attribute(run, item, attribute) is var found && found is TemplateUndefined
            && bound[1] != TemplateArguments.NotGiven ? bound[1] : found);
    }

    /// <summary><c>items | select("test", …)</c>; without a test, those that are true.</summary>
    public static object? Select(TemplateRun run, object? value, TemplateArguments all, bool wanted)
    {
        Func<object?, bool> test = Test(run, all);
        return new TemplateIterator([.. TemplateItems.Of(run, value).Where(item => test(item) == wanted)]);
    }

    /// <summary><c>items | selectattr("name", "test", …)</c></summary>
    public static object? SelectByAttribute(TemplateRun run, object? value, TemplateArguments all, bool wanted)
    {
        if (all.InOrder is not [string attribute, ..])
            throw run.Refusal("selectattr and rejectattr need the name of an attribute");
        Func<object?, bool> test = Test(run, all.Rest());
        return new TemplateIterator(
            [.. TemplateItems.Of(run, value).Where(item => test(Attribute(run, item, attribute)) == wanted)]);
    }

    /// <summary>The attribute of an item; dots and numbers in the name go further down.</summary>
    public static object? Attribute(TemplateRun run, object? item, string path)
    {
        foreach (string name in path.Split('.'))
            item = TemplateItems.Item(run, item, long.TryParse(
                name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long place)
                ? place : name);
        return item;
    }

    static TemplateIterator Each(TemplateRun run, object? value, Func<object?, object?> change) =>
        new([.. TemplateItems.Of(run, value).Select(change)]);

    static Func<object?, bool> Test(TemplateRun run, TemplateArguments all)
    {
        if (all.InOrder.Count == 0)
        {
            all.RequireNone(run, "this filter");
            return PythonOperators.IsTrue;
        }
        string name = all.InOrder[0] as string ?? throw run.Refusal("the name of a test is not text");
        TemplateArguments rest = all.Rest();
        return item => TemplateTests.Holds(run, name, item, rest);
    }
}
