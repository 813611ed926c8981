using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>
/// The parts of a dossier that identities are taken of: all that was asked, and all that was measured.
/// </summary>
static class Measured
{
    /// <summary>The request without the folder the model lay in and the command that names it.</summary>
    public static JsonNode Request(DossierRequest request) => new JsonObject
    {
        ["behaviour"] = request.Behaviour,
        ["pair"] = JsonSerializer.SerializeToNode(request.Pair, DossierJson.Strict.AskedPair),
        ["seed"] = request.Seed,
        ["options"] = JsonSerializer.SerializeToNode(request.Options, DossierJson.Strict.IReadOnlyListRequestOption),
    };

    /// <summary>
    /// Everything but what tells nothing of the measurement (the folder, Hooke's version) and what is added afterwards
    /// (somebody's run again, and the verdict that counts it).
    /// </summary>
    public static JsonNode Result(Dossier dossier)
    {
        DossierJson json = DossierJson.Strict;
        Findings evidence = dossier.Claim.Evidence with { RunAgain = null };
        DossierIdentities identities = dossier.Identities with { Hooke = "" };
        JsonObject result = new()
        {
            ["schema"] = $"{dossier.Schema}/{dossier.SchemaVersion}",
            ["sentence"] = dossier.Claim.Sentence,
            ["evidence"] = JsonSerializer.SerializeToNode(evidence, json.Findings),
            ["coverage"] = JsonSerializer.SerializeToNode(dossier.Claim.Coverage, json.Coverage),
            ["request"] = Request(dossier.Request),
            ["identities"] = JsonSerializer.SerializeToNode(identities, json.DossierIdentities),
            ["examples"] = JsonSerializer.SerializeToNode(dossier.Examples, json.IReadOnlyListDossierExample),
            ["circuit"] = JsonSerializer.SerializeToNode(dossier.Circuit, json.DossierCircuit),
            ["faithfulness_curve"] =
                JsonSerializer.SerializeToNode(dossier.FaithfulnessCurve, json.IReadOnlyListCurvePoint),
            ["heatmaps"] = JsonSerializer.SerializeToNode(dossier.Heatmaps, json.IReadOnlyListHeatmap),
            ["interventions"] =
                JsonSerializer.SerializeToNode(dossier.Interventions, json.IReadOnlyListTargetedIntervention),
            ["notes"] = JsonSerializer.SerializeToNode(dossier.Notes, json.IReadOnlyListString),
        };
        if (dossier.Latents is not null)
            result["latents"] = JsonSerializer.SerializeToNode(dossier.Latents, json.DossierLatents);
        return result;
    }
}
