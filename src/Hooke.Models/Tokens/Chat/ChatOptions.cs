using System.Text.Json;

namespace Hooke.Models;

/// <summary>What a chat template is told besides the messages.</summary>
public sealed record ChatOptions
{
    /// <summary>The name of the template, where a model has several; null for "default".</summary>
    public string? Template { get; init; }

    /// <summary>The day that the template takes for today; without it, a template that must know the day is refused.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Further names that the template may ask for, such as "enable_thinking" or "tools".</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();
}
