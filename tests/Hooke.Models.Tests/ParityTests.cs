using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests;

/// <summary>The same numbers as the upstream implementations, to a relative error of 1e-5.</summary>
public class ParityTests
{
    const double Tolerance = 1e-5;

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void Activations_and_gradients_agree_with_transformers(string family)
    {
        using Model model = Model.Load(Fixtures.Golden(family));
        using Reference reference = new(Fixtures.Golden(family, "reference.safetensors"));
        TokenBatch tokens = reference.Tokens();
        Dictionary<string, Address> sites = new() { ["embed"] = Site.ResidPre.At(0) };
        for (int layer = 0; layer < model.Config.NLayers; layer++)
        {
            sites[$"resid_post.{layer}"] = Site.ResidPost.At(layer);
            sites[$"attn_pattern.{layer}"] = Site.Pattern.At(layer);
            sites[$"attn_out.{layer}"] = Site.AttnOut.At(layer);
            sites[$"mlp_out.{layer}"] = Site.MlpOut.At(layer);
        }
        (Run run, Recording gradients) = model.RunWithGradients(tokens, new Plan { Record = [.. sites.Values] }, SeedOfToken7);
        using (run)
        using (gradients)
        {
            AssertClose("logits", run.Logits, reference["logits"]);
            foreach ((string name, Address site) in sites)
            {
                AssertClose(name, run[site], reference[name]);
                if (reference.Names.Contains($"grad.{name}"))
                    AssertClose($"grad.{name}", gradients[site], reference[$"grad.{name}"]);
            }
        }
    }

    [Fact]
    public void Every_site_agrees_with_TransformerLens_under_its_names()
    {
        using Model model = Model.Load(Fixtures.Golden("gpt2"));
        using Reference reference = new(Fixtures.Golden("gpt2", "tl_reference.safetensors"));
        Address[] addresses = [.. reference.Names
            .Where(name => name != "input_ids" && !name.StartsWith("unembed.", StringComparison.Ordinal)).Select(Address.Parse)];
        Assert.True(addresses.Length > 50);
        using Run run = model.Run(reference.Tokens(), new Plan { Record = addresses });
        foreach (Address address in addresses)
            AssertClose(address.ToString(), run[address], reference[address.ToString()]);
    }

    [Fact]
    public void Heads_that_read_streams_of_their_own_give_the_same_logits()
    {
        foreach (string family in new[] { "gpt2", "llama" })
        {
            using Model model = Model.Load(Fixtures.Golden(family));
            using Reference reference = new(Fixtures.Golden(family, "reference.safetensors"));
            Plan split = new() { Record = [.. Enumerable.Range(0, model.Config.NLayers).Select(l => Site.QInput.At(l))] };
            using Run run = model.Run(reference.Tokens(), split);
            AssertClose("logits", run.Logits, reference["logits"]);
        }
    }

    [FixtureFact]
    public void The_hub_layout_without_prefix_and_with_mask_buffers_is_the_same_model()
    {
        string folder = Directory.CreateTempSubdirectory("hooke").FullName;
        File.Copy(Fixtures.ThirdParty("parity", "gpt2", "config.json"), Path.Combine(folder, "config.json"));
        File.Copy(Fixtures.ThirdParty("parity", "gpt2", "model.hub_layout.safetensors"), Path.Combine(folder, "model.safetensors"));
        using Model model = Model.Load(folder);
        using Reference reference = new(Fixtures.Golden("gpt2", "reference.safetensors"));
        using Run run = model.Run(reference.Tokens());
        AssertClose("logits", run.Logits, reference["logits"]);
        Directory.Delete(folder, recursive: true);
    }

    [FixtureFact]
    public void Sharded_bfloat16_weights_agree_with_transformers()
    {
        string folder = Fixtures.ThirdParty("parity", "llama", "sharded_bf16");
        using Model model = Model.Load(folder);
        using Reference reference = new(Path.Combine(folder, "reference.safetensors"));
        using Run run = model.Run(reference.Tokens());
        AssertClose("logits", run.Logits, reference["logits"]);
    }

    // The references hold the gradients of Σ over the batch of logits[b, −1, 7].
    internal static Tensor SeedOfToken7(Run run)
    {
        Tensor seed = Tensor.Zeros(run.Logits.Shape);
        (int positions, int vocabulary) = (run.Logits.Shape[1], run.Logits.Shape[2]);
        for (int b = 0; b < run.Tokens.Count; b++)
            seed.Data[(((b * positions) + positions - 1) * vocabulary) + 7] = 1;
        return seed;
    }

    static void AssertClose(string name, Tensor found, float[] expected)
    {
        double difference = Reference.Difference(found.Data, expected);
        Assert.True(difference <= Tolerance, $"{name} differs by {difference:g3}");
    }
}
