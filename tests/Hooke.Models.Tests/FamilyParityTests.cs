using Hooke.Models.Tests.Weights;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests;

/// <summary>
/// Every family against numbers that another implementation computed, to a relative error of 1e-5: the transformers library
/// where a folder is its own, the second implementation of tests/references elsewhere.
/// </summary>
public sealed class FamilyParityTests
{
    const double Tolerance = 1e-5;

    public static TheoryData<string, string> Folders()
    {
        TheoryData<string, string> folders = [];
        foreach (string folder in Directory.EnumerateDirectories(Fixtures.Golden()).Order(StringComparer.Ordinal))
            foreach (string config in new[] { "config.json", "config.v5.json" })
                if (File.Exists(Path.Combine(folder, "reference.safetensors")) && File.Exists(Path.Combine(folder, config))
                    && Path.GetFileName(folder) != "llama_sharded_bf16") // of which there are only logits: see ParityTests
                    folders.Add(Path.GetFileName(folder), config);
        return folders;
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_activation_gradient_and_continuation_is_the_reference_s(string folder, string config) =>
        AssertAgrees(Fixtures.Golden(folder), config);

    [FixtureTheory]
    [InlineData("gpt_neo"), InlineData("qwen2"), InlineData("gpt2"), InlineData("llama"), InlineData("gemma2"), InlineData("gpt_neox")]
    public void Every_fixture_made_by_transformers_agrees_in_both_layouts(string folder)
    {
        foreach (string config in new[] { "config.json", "config.v5.json" })
            AssertAgrees(Fixtures.ThirdParty("parity", folder), config);
    }

    [FixtureTheory]
    [InlineData("gpt_neo"), InlineData("gpt_neox")]
    public void The_layout_of_old_checkpoints_with_buffers_of_masks_is_the_same_model(string family)
    {
        string folder = Fixtures.ThirdParty("parity", family);
        if (!File.Exists(Path.Combine(folder, "model.hub_layout.safetensors")))
            return;
        AssertAgrees(folder, "config.json", "model.hub_layout.safetensors");
    }

    [Theory]
    [InlineData("tl_attn_only_random"), InlineData("tl_shortformer"), InlineData("tl_parallel_mlp")]
    public void Models_in_TransformerLens_own_layout_agree_at_every_site(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        using Reference reference = new(Fixtures.Golden(folder, "tl_reference.safetensors"));
        Address[] addresses = [.. reference.Names.Where(name => name is not "input_ids" and not "loss_per_token"
            && !name.StartsWith("unembed.", StringComparison.Ordinal)).Select(Address.Parse)];
        Assert.True(addresses.Length > 20);
        using Run run = model.Run(reference.Tokens(), new Plan { Record = addresses });
        foreach (Address address in addresses)
            AssertClose(address.ToString(), run[address].Data, reference[address.ToString()]);
    }

    static void AssertAgrees(string folder, string config, string weights = "model.safetensors")
    {
        using TemporaryFolder copy = new();
        File.Copy(Path.Combine(folder, config), copy.File("config.json"));
        foreach (string file in Directory.EnumerateFiles(folder, "model-*.safetensors")
            .Append(Path.Combine(folder, "model.safetensors.index.json")).Where(File.Exists))
            File.Copy(file, copy.File(Path.GetFileName(file)));
        if (File.Exists(Path.Combine(folder, weights)))
            File.Copy(Path.Combine(folder, weights), copy.File("model.safetensors"));
        using Model model = Model.Load(copy.Path);
        using Reference reference = new(Path.Combine(folder, "reference.safetensors"));
        HashSet<string> open = [.. reference.Names];
        (Run run, Recording gradients) = model.RunWithGradients(
            reference.Tokens(), new Plan { Record = [.. Sites(model.Config).Values.Distinct()] }, ParityTests.SeedOfToken7);
        using (run)
        using (gradients)
        {
            AssertClose("logits", run.Logits.Data, reference["logits"]);
            foreach ((string name, Address site) in Sites(model.Config))
            {
                AssertClose(name, run[site].Data, reference[name]);
                if (open.Contains($"grad.{name}"))
                    AssertClose($"grad.{name}", gradients[site].Data, reference[$"grad.{name}"]);
                open.ExceptWith([name, $"grad.{name}"]);
            }
        }
        AssertClose("final_norm", FinalNorm(model, reference.Tokens()), reference["final_norm"]);
        AssertContinues(model, reference);
        open.ExceptWith(["logits", "final_norm", "greedy", "input_ids"]);
        Assert.Empty(open);
    }

    // token_embed is the table's rows: transformers 5, which made the fixtures, has Gemma's already scaled.
    static Dictionary<string, Address> Sites(TransformerConfig config)
    {
        Dictionary<string, Address> sites = new() { ["embed"] = Site.ResidPre.At(0), ["token_embed"] = Site.Embed.At() };
        for (int layer = 0; layer < config.NLayers; layer++)
        {
            sites[$"resid_post.{layer}"] = Site.ResidPost.At(layer);
            sites[$"attn_pattern.{layer}"] = Site.Pattern.At(layer);
            sites[$"attn_out.{layer}"] = (config.HasPostNorms ? Site.AttnModuleOut : Site.AttnOut).At(layer);
            sites[$"mlp_out.{layer}"] = (config.HasPostNorms ? Site.MlpModuleOut : Site.MlpOut).At(layer);
        }
        return sites;
    }

    static float[] FinalNorm(Model model, TokenBatch tokens)
    {
        using Run run = model.Run(tokens, new Plan { Record = [Site.LnFinalNormalized.At()] });
        float[] values = run[Site.LnFinalNormalized.At()].Data.ToArray();
        Tensor weight = model.Weights["ln_final.w"];
        for (int i = 0; i < values.Length; i++)
            values[i] = (values[i] * (model.Config.NormGainOffset + weight.Data[i % weight.Data.Length]))
                + (model.Config.IsLayerNorm ? model.Weights["ln_final.b"].Data[i % weight.Data.Length] : 0);
        return values;
    }

    static void AssertContinues(Model model, Reference reference)
    {
        TokenBatch prompts = reference.Tokens(), expected = reference.Tokens("greedy");
        List<int>[] tokens = [.. Enumerable.Range(0, prompts.Count).Select(b => prompts.Prompt(b).ToArray().ToList())];
        for (int step = 0; step < expected.Positions; step++)
        {
            using Run run = model.Run(new TokenBatch(tokens), new Plan { LastLogitsOnly = true });
            for (int b = 0; b < tokens.Length; b++)
                tokens[b].Add(run.Top(1, b)[0].Token);
        }
        for (int b = 0; b < tokens.Length; b++)
            Assert.Equal(expected.Prompt(b).ToArray(), tokens[b].Skip(prompts.Positions));
    }

    static void AssertClose(string name, ReadOnlySpan<float> found, float[] expected)
    {
        double difference = Reference.Difference(found, expected);
        Assert.True(difference <= Tolerance, $"{name} differs by {difference:g3}");
    }
}
