using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Hooke.Models.Tests.Weights;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Families;

/// <summary>A config changed at random is refused in one line, or is that of a model that runs; nothing else happens.</summary>
public sealed class ConfigMutationTests
{
    const long MostBytes = 32 << 20; // managed memory of one case: config, names and shapes

    static readonly string[] Folders =
    [
        "gemma", "gemma2", "gemma3_text", "gemma3_text_ropescaled", "gpt_neo_windows", "gpt_neox", "gpt_neox_sequential",
        "llama3_rope", "llama_biases", "mistral", "qwen2_windows", "qwen3", "tl_attn_only_random",
    ];

    static readonly string[] Values =
    [
        "null", "true", "false", "-1", "0", "1", "2", "3", "7", "8", "64", "0.5", "1e-300", "1e300", "65536", "65537", "1073741824",
        "2147483647", "9e18", "\"\"", "\"gelu\"", "\"linear\"", "\"llama3\"", "\"yarn\"", "\"sliding_attention\"", "[]", "{}", "[[]]",
        "[\"full_attention\"]", "[\"local\", 3]", "[[[\"global\"], 2147483647]]", "[[[], 2147483647]]", "[[[\"local\"], -5]]",
        "{\"rope_type\":\"linear\",\"factor\":2}", "{\"rope_type\":\"linear\",\"factor\":1e-9}", "{\"type\":\"llama3\",\"factor\":8}",
        "{\"full_attention\":{\"rope_theta\":5},\"sliding_attention\":7}", "{\"rope_theta\":0}", "{\"quant_method\":\"awq\"}",
        "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":1}",
    ];

    static readonly string[] Names = ["config.json", "config.v5.json", "tl_config.json"];

    // Keys that are not in every file, but are read.
    static readonly string[] Keys =
    [
        "head_dim", "layer_types", "rope_parameters", "rope_scaling", "sliding_window", "sliding_window_pattern", "use_sliding_window",
        "max_window_layers", "attention_bias", "mlp_bias", "partial_rotary_factor", "attn_logit_softcapping", "tie_word_embeddings",
        "quantization_config", "is_encoder_decoder", "query_pre_attn_scalar", "rope_local_base_freq", "intermediate_size",
        "attention_types", "attention_layers", "attn_scale", "normalization_type", "positional_embedding_type", "act_fn", "text_config",
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void A_config_changed_at_random_is_refused_in_one_line_or_runs(string folder)
    {
        using TemporaryFolder copy = new();
        File.Copy(Fixtures.Golden(folder, "model.safetensors"), copy.File("model.safetensors"));
        string[] names = [.. Names.Where(n => File.Exists(Fixtures.Golden(folder, n)))];
        Prop.ForAll<int>(seed =>
        {
            Draws draws = new Rng((ulong)seed, 3).Draw();
            string name = draws.Pick(names);
            JsonObject config = JsonNode.Parse(File.ReadAllText(Fixtures.Golden(folder, name)))!.AsObject();
            for (int changes = 1 + draws.Below(3); changes > 0; changes--)
                Change(config, draws);
            copy.File(name == "config.v5.json" ? "config.json" : name, Encoding.UTF8.GetBytes(config.ToJsonString()));
            return IsReadOrRefused(copy.Path);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(80).WithReplay(20260101UL, 7UL));
    }

    public static TheoryData<string> All => [.. Folders];

    static void Change(JsonObject config, Draws draws)
    {
        string[] present = [.. config.Select(entry => entry.Key)];
        string key = draws.Chance(0.25) ? draws.Pick(Keys) : draws.Pick(present);
        if (config[key] is JsonObject inner && inner.Count > 0 && draws.Chance(0.7))
            Change(inner, draws);
        else if (draws.Chance(0.2))
            config.Remove(key);
        else
            config[key] = JsonNode.Parse(draws.Pick(Values));
    }

    static bool IsReadOrRefused(string folder)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using Model model = Model.Load(folder);
            int most = Math.Min(model.Config.NCtx, 12);
            using Run run = model.Run(new TokenBatch([[.. Enumerable.Range(0, most).Select(i => i % model.Config.DVocab)]]));
            Assert.Equal(most * model.Config.DVocab, run.Logits.Shape.Count);
        }
        catch (InputException refusal)
        {
            Assert.DoesNotContain('\n', refusal.Message);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return true;
    }
}
