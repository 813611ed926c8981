using System.Text.Json;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Dictionaries made by others, with figures that they or an independent run documented.</summary>
public class ThirdPartyTests
{
    [FixtureTheory]
    [InlineData("sae.pt", "plain-pt"), InlineData("saelens_style", "saelens")]
    public void The_routing_autoencoder_gives_the_documented_latents_in_both_layouts(string path, string layout)
    {
        using CoderSet dictionary = CoderSet.Load(Fixtures.ThirdParty("sae", "sehajr_routing", path));
        Assert.Equal(layout, dictionary.Layout);
        Assert.Equal((32, 64), (dictionary.Coders[0].Config.DIn, dictionary.Coders[0].Config.NLatents));
        using JsonDocument expected = JsonDocument.Parse(
            File.ReadAllText(Fixtures.ThirdParty("sae", "sehajr_routing", "expected.json")));
        foreach ((float[] input, float[] latents) in Cases(expected.RootElement))
        {
            using Tensor x = Tensor.From(input, 1, input.Length);
            using Tensor found = dictionary.Coders[0].Encode(x);
            TensorDifference difference = TensorDifference.Of("latents", found.Data, latents);
            Assert.True(difference.Agrees && difference.Scale > 0.1, $"{difference}");
        }
    }

    [FixtureTheory]
    [InlineData("jumprelu-clt-toy-L01"), InlineData("jumprelu-clt-toy-L02"), InlineData("jumprelu-plt-toy-L01")]
    public void Toy_transcoders_of_another_trainer_explain_the_documented_share_of_variance(string name)
    {
        using CoderSet dictionary = CoderSet.Load(Fixtures.ThirdParty("sae", "clt_toy", name));
        using TensorSource file = TensorSource.Open(Fixtures.ThirdParty("sae", "clt_toy", "debug_actvs.safetensors"));
        float[] all = file.Read("activations", 16, 2, 2, 110);
        Tensor[] inputs = [Part(all, 0, 0), Part(all, 0, 1)];
        IReadOnlyList<Tensor> outputs = dictionary.Reconstruct(inputs);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Fixtures.ThirdParty("sae", "clt_toy", "expected.json")));
        JsonElement expected = document.RootElement.GetProperty("models").GetProperty(name);
        for (int layer = 0; layer < 2; layer++)
        {
            SparseLatents latents = dictionary.Coders[layer].EncodeSparse(inputs[layer]);
            Assert.Equal(expected.GetProperty("mean_active_per_layer")[layer].GetDouble(), latents.Count / 16.0, 9);
            double explained = ExplainedVariance(Part(all, 1, layer).Data, outputs[layer].Data);
            Assert.Equal(expected.GetProperty("fraction_of_variance_explained_per_layer")[layer].GetDouble(), explained, 4);
        }
        Assert.Equal(expected.GetProperty("reconstruction_sum").GetDouble(),
            outputs.Sum(output => output.Data.ToArray().Sum(value => (double)value)), 4);
    }

    /// <summary>
    /// The model's own activations, encoded: what circuit-tracer recorded when it made its graph of the same prompt.
    /// </summary>
    [FixtureTheory]
    [InlineData("plt_gpt2_partial"), InlineData("clt_gpt2_relu")]
    public void Transcoders_of_circuit_tracer_give_its_activations_and_errors_on_a_model(string name)
    {
        string folder = Fixtures.ThirdParty("parity", $"circuit_tracer_{name}");
        using CoderSet dictionary = CoderSet.Load(Path.Combine(folder, "transcoders"));
        using TensorSource graph = TensorSource.Open(Path.Combine(folder, "graph.safetensors"));
        using Model model = Model.Load(Fixtures.Golden("gpt2"));
        int[] sizes = graph.Sizes("activations", 3);
        TokenBatch tokens = new([[.. graph.Integers("input_tokens").Select(token => (int)token)]]);
        Site[] sites = [Site.ResidMid, Site.MlpOut];
        using Run run = model.Run(tokens, new Plan { Record = [.. sites.SelectMany(site => Enumerable.Range(0, 3).Select(l => site.At(l)))] });
        Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(layer => run[Site.ResidMid.At(layer)])];
        float[] expected = graph.Read("activations"), errors = graph.Read("error_vectors");
        for (int layer = 0; layer < sizes[0]; layer++)
        {
            using Tensor latents = dictionary.Coders[layer].Encode(inputs[layer]);
            AgreesBehindTheFirst(latents, expected.AsSpan(layer * sizes[1] * sizes[2], sizes[1] * sizes[2]), sizes[2]);
        }
        IReadOnlyList<Tensor> outputs = dictionary.Reconstruct(inputs);
        for (int layer = 0; layer < sizes[0]; layer++)
        {
            int width = outputs[layer].Shape[^1], count = sizes[1] * width;
            float[] sums = errors[(layer * count)..((layer + 1) * count)];
            for (int i = 0; i < count; i++)
                sums[i] += outputs[layer].Data[i]; // what the dictionary says, and what it misses, is what the MLP wrote
            AgreesBehindTheFirst(run[Site.MlpOut.At(layer)], sums, width);
        }
    }

    // circuit-tracer sets the first position to 0. The model itself agrees with upstream's to 2.3e-5.
    static void AgreesBehindTheFirst(Tensor found, ReadOnlySpan<float> expected, int width)
    {
        TensorDifference difference = TensorDifference.Of("activations", found.Data[width..], expected[width..]);
        Assert.True(difference.Largest < 5e-5 * Math.Max(1, difference.Scale) && difference.Scale > 0.1, $"{difference}");
    }

    static IEnumerable<(float[] Input, float[] Latents)> Cases(JsonElement expected)
    {
        JsonElement sae = expected.GetProperty("sae"), latents = sae.GetProperty("features_last_position");
        foreach ((JsonElement input, int i) in sae.GetProperty("input_last_position").EnumerateArray().Select((input, i) => (input, i)))
            yield return (Floats(input), Floats(latents[i]));
    }

    static float[] Floats(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetSingle())];

    static Tensor Part(float[] all, int side, int layer)
    {
        Tensor part = Tensor.Zeros(16, 110);
        for (int row = 0; row < 16; row++)
            all.AsSpan((((row * 2) + side) * 2 + layer) * 110, 110).CopyTo(part.Data[(row * 110)..]);
        return part;
    }

    static double ExplainedVariance(ReadOnlySpan<float> target, ReadOnlySpan<float> found)
    {
        double[] means = new double[110];
        for (int i = 0; i < target.Length; i++)
            means[i % 110] += target[i] / 16.0;
        double missed = 0, total = 0;
        for (int i = 0; i < target.Length; i++)
        {
            missed += Math.Pow((double)target[i] - found[i], 2);
            total += Math.Pow(target[i] - means[i % 110], 2);
        }
        return 1 - (missed / total);
    }
}
