using System.Text.Json;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>Interventions on latents against circuit-tracer's feature_intervention.</summary>
public sealed class LatentInterventionParityTests
{
    /// <summary>Every folder of graphs that upstream made.</summary>
    public static TheoryData<string> Folders()
    {
        TheoryData<string> folders = [];
        if (Fixtures.Folder is not null)
            foreach (string folder in Directory.EnumerateDirectories(Fixtures.ThirdParty("parity"), "circuit_tracer_*").Order())
                folders.Add(Path.GetFileName(folder));
        return folders;
    }

    [FixtureTheory]
    [MemberData(nameof(Folders))]
    public void Four_kinds_of_intervention_give_upstreams_logits_and_activations(string folder)
    {
        string path = Fixtures.ThirdParty("parity", folder);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "info.json")));
        JsonElement info = json.RootElement, at = info.GetProperty("intervention");
        using Model model = Model.Load(Fixtures.ThirdParty("parity", info.GetProperty("arch").GetString()!));
        using CoderSet set = CoderSet.Load(Path.Combine(path, "transcoders"));
        TranscoderSites sites = new(model, set, info.GetProperty("feature_input_hook").GetString(),
            info.GetProperty("feature_output_hook").GetString());
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(path, "graph.safetensors"));
        int[] tokens = [.. file.ReadInt64("input_tokens").Select(id => (int)id)];
        float original = (float)at.GetProperty("orig_value").GetDouble();
        LatentIntervention To(float value) => LatentIntervention.At(at.GetProperty("layer").GetInt32(),
            at.GetProperty("feature").GetInt32(), at.GetProperty("pos").GetInt32(), value);

        LatentInterventions interventions = new(sites);
        foreach ((string name, float value, LatentRules rules) in new[]
        {
            ("zero_frozen_attn", 0, LatentRules.Reacting), ("x3_frozen_attn", 3 * original, LatentRules.Reacting),
            ("zero_constrained_all", 0, LatentRules.Direct(sites.Layers)), ("zero_unfrozen", 0, LatentRules.Unfrozen),
        })
        {
            using LatentRun run = interventions.Run(tokens, [To(value)], rules);
            Require($"{name}: logits", Made.Read(file, $"intervention.{name}.logits"), run.Logits.Data.ToArray());
            float[] expected = Made.Read(file, $"intervention.{name}.activations");
            float[] found = [.. Enumerable.Range(0, sites.Layers).SelectMany(layer =>
            {
                using Tensor activations = run.Activations(layer);
                return activations.Data.ToArray();
            })];
            // circuit-tracer leaves the first position's latents out.
            int perLayer = expected.Length / sites.Layers, latents = perLayer / tokens.Length;
            for (int layer = 0; layer < sites.Layers; layer++)
            {
                Range later = ((layer * perLayer) + latents)..((layer + 1) * perLayer);
                Require($"{name}: latents of layer {layer}", expected[later], found[later]);
            }
        }
    }

    static void Require(string what, float[] expected, float[] found)
    {
        double difference = Made.Difference([.. found.Select(x => (double)x)], [.. expected.Select(x => (double)x)]);
        Assert.True(difference < 1e-5, $"{what}: {difference:E2} relative");
    }
}
