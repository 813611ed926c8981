using System.Text.Json;

namespace Hooke.Models;

/// <summary>A chat template: the part of Jinja that published ones use, carried out as Jinja does.</summary>
/// <remarks>
/// What is not known is refused by name and line: when the template is read if it is a tag, when it is reached if it
/// is a filter, a test, a method or a function.
/// </remarks>
sealed class ChatTemplate
{
    readonly TemplateSource _source;
    readonly IReadOnlyList<TemplateStatement> _body;

    /// <param name="text">The template.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="Tensors.InputException">It cannot be read, or holds a tag that is not supported.</exception>
    public ChatTemplate(string text, string name)
    {
        _source = new(text, name);
        _body = TemplateParser.Parse(_source);
    }

    /// <summary>The text of a conversation.</summary>
    public string Render(
        IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, ChatOptions options,
        IReadOnlyDictionary<string, JsonElement> specials)
    {
        TemplateRun run = new(_source, options.Date) { Line = 1 };
        foreach ((string name, JsonElement value) in specials)
            run.Scope.Set(name, Value(run, name, value));
        run.Scope.Set("messages", new TemplateSequence([.. messages.Select(message => Value(run, message))]));
        run.Scope.Set("add_generation_prompt", addGenerationPrompt);
        run.Scope.Set("tools", null); // as upstream where there are none
        run.Scope.Set("documents", null);
        foreach ((string name, JsonElement value) in options.Variables)
            run.Scope.Set(name, Value(run, name, value));
        run.Scope = new(run.Scope);
        _ = TemplateStatement.Execute(_body, run);
        return run.Output;
    }

    static TemplateMap Value(TemplateRun run, ChatMessage message)
    {
        TemplateMap map = new();
        foreach ((string name, string text) in ((string, string)[])[("role", message.Role), ("content", message.Content)])
            map.Set(name, PythonStrings.IsUnicode(text) ? text
                : throw run.Refusal($"the {name} of a message holds half a surrogate pair"));
        return map;
    }

    static object? Value(TemplateRun run, string name, JsonElement json)
    {
        run.Step();
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return JsonFile.Text(json, name);
            case JsonValueKind.Number:
                return json.TryGetInt64(out long whole) && !json.GetRawText().AsSpan().ContainsAny(".eE") ? (object)whole
                    : json.GetDouble() is var real && double.IsFinite(real) ? real
                    : throw run.Refusal($"{name} holds the number {json.GetRawText()}, which is too large");
            case JsonValueKind.True or JsonValueKind.False:
                return json.GetBoolean();
            case JsonValueKind.Array:
                return new TemplateSequence([.. json.EnumerateArray().Select(item => Value(run, name, item))]);
            case JsonValueKind.Object:
                TemplateMap map = new();
                foreach (JsonProperty member in json.EnumerateObject())
                    map.Set(member.Name, Value(run, name, member.Value));
                return map;
            default:
                return null;
        }
    }
}
