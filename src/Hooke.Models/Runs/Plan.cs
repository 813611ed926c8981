using System.Text.Json;

namespace Hooke.Models;

/// <summary>What a run reads and what it changes, as plain data.</summary>
public sealed record Plan
{
    /// <summary>A plan that reads and changes nothing.</summary>
    public static Plan Empty { get; } = new();

    /// <summary>Activations to keep, each whole.</summary>
    public IReadOnlyList<Address> Record { get; init; } = [];

    /// <summary>Changes, made in this order where several are at one place.</summary>
    public IReadOnlyList<Intervention> Interventions { get; init; } = [];

    /// <summary>Whether logits are wanted only at each prompt's last token.</summary>
    public bool LastLogitsOnly { get; init; }

    /// <summary>The plan as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    /// <summary>Reads a plan from JSON.</summary>
    /// <exception cref="JsonException">It is not a plan.</exception>
    public static Plan FromJson(string json) =>
        JsonSerializer.Deserialize<Plan>(json, JsonOptions) ?? throw new JsonException("a plan cannot be null");

    static JsonSerializerOptions JsonOptions { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };
}
