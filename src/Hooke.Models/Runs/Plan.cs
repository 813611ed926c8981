using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>What a run reads and what it changes, as plain data.</summary>
public sealed record Plan
{
    /// <summary>A plan that reads and changes nothing.</summary>
    public static Plan Empty { get; } = new();

    /// <summary>Activations to keep, each whole.</summary>
    public IReadOnlyList<Address> Record { get; init => field = value ?? []; } = []; // null: read from JSON without it

    /// <summary>Changes, made in this order where several are at one place.</summary>
    public IReadOnlyList<Intervention> Interventions { get; init => field = value ?? []; } = [];

    /// <summary>Whether logits are wanted only at each prompt's last token.</summary>
    public bool LastLogitsOnly { get; init; }

    /// <summary>The plan as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PlanJson.Strict.Plan);

    /// <summary>Reads a plan from JSON.</summary>
    /// <exception cref="InputException">It is not a plan.</exception>
    public static Plan FromJson(string json)
    {
        try
        {
            Plan? plan = JsonSerializer.Deserialize(json, PlanJson.Strict.Plan);
            if (plan is not null && !plan.Record.Contains(null!) && !plan.Interventions.Any(i => i is null || i.At is null
                || i is Reroute reroute && reroute.Sources.Contains(null!)))
                return plan;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new InputException($"this is not a plan: {exception.Message}");
        }
        throw new InputException("this is not a plan: it has a null where an address or an intervention belongs");
    }
}

/// <summary>How a plan is written as JSON.</summary>
[JsonSerializable(typeof(Plan))]
sealed partial class PlanJson : JsonSerializerContext
{
    /// <summary>The one way plans are read and written.</summary>
    public static PlanJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowOutOfOrderMetadataProperties = true,
    });
}
