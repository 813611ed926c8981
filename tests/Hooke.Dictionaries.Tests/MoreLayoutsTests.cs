using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Layouts without a fixture: files written tensor by tensor here, and what they mean computed beside them.</summary>
public sealed class MoreLayoutsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gemma_Scope_2s_cross_layer_files_are_summed_over_the_layers_that_write()
    {
        const int D = 3, F = 4, L = 3;
        float[][] enc = Layers(L, "e", D * F), dec = Layers(L, "d", F * L * D), biases = Layers(L, "b", F),
            written = Layers(L, "w", D), thresholds = Layers(L, "t", F), skips = Layers(L, "s", D * D);
        Directory.CreateDirectory(_folder["clt"]);
        for (int l = 0; l < L; l++)
            SafetensorsWriter.Write(_folder[$"clt/params_layer_{l}.safetensors"],
            [
                Stored("w_enc", enc[l], D, F), Stored("w_dec", dec[l], F, L, D), Stored("b_enc", biases[l], F),
                Stored("b_dec", written[l], D), Stored("threshold", [.. thresholds[l].Select(MathF.Abs)], F),
                Stored("affine_skip_connection", skips[l], D, D),
            ]);
        using CoderSet read = CoderSet.Load(_folder["clt"]);
        Assert.Equal("gemma-scope-2-clt", read.Layout);
        float[][] x = Layers(L, "x", D);
        IReadOnlyList<Tensor> outputs = read.Reconstruct([.. x.Select(row => Tensor.From(row, 1, D))]);
        for (int to = 0; to < L; to++)
            for (int j = 0; j < D; j++)
            {
                double expected = written[to][j];
                for (int i = 0; i < D; i++)
                    expected += x[to][i] * skips[to][(i * D) + j]; // x · A
                for (int from = 0; from <= to; from++)
                    for (int f = 0; f < F; f++)
                    {
                        double p = biases[from][f] + Enumerable.Range(0, D).Sum(i => (double)x[from][i] * enc[from][(i * F) + f]);
                        expected += p > Math.Abs(thresholds[from][f]) ? p * dec[from][(((f * L) + to) * D) + j] : 0;
                    }
                Assert.Equal(expected, outputs[to].Data[j], 4);
            }
        Assert.All(Conversion.Make(read, _folder["again"], "gemma-scope-2-clt").Differences,
            difference => Assert.True(difference is { Largest: 0, Scale: > 0.1 }, $"{difference}"));
        File.Delete(_folder["clt/params_layer_1.safetensors"]);
        Assert.Contains("layer 1 is missing", Assert.Throws<InputException>(() => CoderSet.Load(_folder["clt"])).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Latents pass with their decoder's norm counted, inputs and outputs are scaled each by its own norm.</summary>
    [Theory]
    [InlineData(true), InlineData(false)]
    public void Llama_Scope_scales_what_it_reads_and_what_it_writes(bool countsNorm)
    {
        const int D = 4, F = 6;
        const double Threshold = 0.5, NormIn = 3.0, NormOut = 0.25;
        float[] enc = Numbers("e", F * D), biases = Numbers("b", F), dec = Numbers("d", D * F), written = Numbers("w", D), x = Numbers("x", D);
        Directory.CreateDirectory(_folder["llama/checkpoints"]);
        SafetensorsWriter.Write(_folder["llama/checkpoints/final.safetensors"],
        [
            Stored("encoder.weight", enc, F, D), Stored("encoder.bias", biases, F), Stored("decoder.weight", dec, D, F),
            Stored("decoder.bias", written, D),
        ]);
        JsonObject config = new()
        {
            ["d_model"] = D,
            ["d_sae"] = F,
            ["act_fn"] = "jumprelu",
            ["jump_relu_threshold"] = Threshold,
            ["norm_activation"] = "dataset-wise",
            ["sparsity_include_decoder_norm"] = countsNorm,
            ["dataset_average_activation_norm"] = new JsonObject { ["in"] = NormIn, ["out"] = NormOut },
            ["hook_point_in"] = "blocks.8.ln2.hook_normalized",
            ["hook_point_out"] = "blocks.8.hook_mlp_out",
            ["top_k"] = 50,
        };
        File.WriteAllText(_folder["llama/hyperparams.json"], config.ToJsonString());
        using CoderSet read = CoderSet.Load(_folder["llama"]);
        Assert.Equal(("llama-scope", true), (read.Layout, read.Coders[0].Config.IsTranscoder));
        using Tensor input = Tensor.From(x, 1, D), output = read.Coders[0].Reconstruct(input), latents = read.Coders[0].Encode(input);
        double[] active = new double[F];
        for (int f = 0; f < F; f++)
        {
            double p = biases[f] + Enumerable.Range(0, D).Sum(i => x[i] * Math.Sqrt(D) / NormIn * enc[(f * D) + i]);
            double norm = countsNorm ? Math.Sqrt(Enumerable.Range(0, D).Sum(j => (double)dec[(j * F) + f] * dec[(j * F) + f])) : 1;
            active[f] = p * norm > Threshold ? p : 0;
            Assert.Equal(active[f], latents.Data[f], 4);
        }
        Assert.Contains(active, value => value > 0);
        Assert.Contains(active, value => value == 0);
        for (int j = 0; j < D; j++)
            Assert.Equal((written[j] + Enumerable.Range(0, F).Sum(f => active[f] * dec[(j * F) + f])) * NormOut / Math.Sqrt(D),
                output.Data[j], 4);
        config["norm_activation"] = "token-wise";
        File.WriteAllText(_folder["llama/hyperparams.json"], config.ToJsonString());
        Assert.Contains("token-wise", Assert.Throws<InputException>(() => CoderSet.Load(_folder["llama"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_sparsifys_with_a_folder_for_each_site_is_a_set_in_the_order_of_the_layers()
    {
        foreach (string site in new[] { "layers.10.mlp", "layers.2.mlp" })
        {
            Directory.CreateDirectory(_folder["root/" + site]);
            foreach (string file in Directory.EnumerateFiles(Fixtures.Golden("dictionaries", "sparsify/transcode")))
                File.Copy(file, Path.Combine(_folder["root"], site, Path.GetFileName(file)));
        }
        File.WriteAllText(_folder["root/config.json"], "{}");
        using CoderSet read = CoderSet.Load(_folder["root"]);
        Assert.Equal(("folders", 2), (read.Layout, read.Coders.Count));
        Assert.Equal(["layers.2.mlp", "layers.10.mlp"], read.Outputs.Select(site => site.Name));
        Directory.CreateDirectory(_folder["root/of sets"]);
        using CoderSet set = Made.CrossLayer(2, 4, 5);
        set.Save(_folder["root/of sets/clt"], "circuit-tracer-clt");
        Assert.Contains("a set of its own", Assert.Throws<InputException>(() => CoderSet.Load(_folder["root/of sets"])).Message,
            StringComparison.Ordinal);
    }

    static float[][] Layers(int count, string what, int length) =>
        [.. Enumerable.Range(0, count).Select(layer => Numbers($"{what}{layer}", length))];

    static float[] Numbers(string what, int length) =>
        [.. Enumerable.Range(0, length).Select(i => new Rng(9).Fork(what).Normal((ulong)i))];

    static TensorToWrite Stored(string name, float[] values, params long[] shape) =>
        TensorToWrite.FromFloats(name, shape, () => values, DType.F32);
}
