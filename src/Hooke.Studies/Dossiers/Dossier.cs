using System.Text.Json.Serialization;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>
/// A claim with its evidence and all that is needed to read it and to run it again: what dossier.json holds.
/// </summary>
/// <remarks>Nothing in it depends on the time, the machine or the number of threads.</remarks>
public sealed partial record Dossier
{
    /// <summary>The name of the format.</summary>
    public const string SchemaName = "hooke.dossier";

    /// <summary>The version of the format.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The name of the format.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>The version of the format.</summary>
    public int SchemaVersion { get; init; } = CurrentVersion;

    /// <summary>The claim, its evidence, its coverage and the tier they give.</summary>
    public required Claim Claim { get; init; }

    /// <summary>What is open: tests that were not run, then what the coverage leaves out.</summary>
    public IReadOnlyList<string> Holes =>
    [
        .. Claim.Evidence.Tests().Where(test => test.Finding is null).Select(test => test.Sentence),
        .. Claim.Coverage.NotTested,
    ];

    /// <summary>What was asked.</summary>
    public required DossierRequest Request { get; init; }

    /// <summary>What the result rests on, by SHA-256.</summary>
    public required DossierIdentities Identities { get; init; }

    /// <summary>The identity of the request: the same on every machine, whatever folder the model lies in.</summary>
    public string RequestIdentity => Identity.OfJson(Measured.Request(Request));

    /// <summary>
    /// The identity of the result: the same request on the same identities gives the same; to be taken of a dossier
    /// that is settled, as read and written ones are.
    /// </summary>
    public string ResultIdentity => Identity.OfJson(Measured.Result(this));

    /// <summary>Some of the prompts, with what the model says next.</summary>
    public required IReadOnlyList<DossierExample> Examples { get; init; }

    /// <summary>The circuit.</summary>
    public required DossierCircuit Circuit { get; init; }

    /// <summary>Faithfulness by number of edges, on the prompts the circuit was found on.</summary>
    public required IReadOnlyList<CurvePoint> FaithfulnessCurve { get; init; }

    /// <summary>The effect of patching by layer and position, and by layer and head.</summary>
    public required IReadOnlyList<Heatmap> Heatmaps { get; init; }

    /// <summary>The targeted interventions, what each was predicted to do and what it did.</summary>
    public required IReadOnlyList<TargetedIntervention> Interventions { get; init; }

    /// <summary>The latent-level circuit on one prompt; null where the model has no transcoders beside it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DossierLatents? Latents { get; init; }

    /// <summary>What a reader should know besides.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
