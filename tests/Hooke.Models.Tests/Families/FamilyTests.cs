using System.Text;
using System.Text.Json.Nodes;
using Hooke.Models.Tests.Weights;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Families;

public sealed class FamilyTests
{
    [Theory]
    [InlineData("gemma2", "layer_types", """["sliding_attention","full_attention"]""", "'layer_types' has 2 entries for 4 layers")]
    [InlineData("gemma2", "layer_types", """["a","a","a","a"]""", "layers of type 'a' are not supported")]
    [InlineData("gemma2", "use_bidirectional_attention", "true", "attention to later positions is not supported")]
    [InlineData("gemma2", "num_hidden_layers", "65537", "65537 layers are more than the 65536")]
    [InlineData("gemma3_text", "rope_scaling", """{"rope_type":"dynamic","factor":2}""", "rotary scaling 'dynamic' is not supported")]
    [InlineData("gpt_neox", "rotary_pct", "1.5", "a share of 1.5 of heads 16 wide is turned")]
    [InlineData("gpt_neox", "rotary_pct", "0.2", "is no even number of dimensions")]
    [InlineData("gpt_neo_windows", "attention_layers", """["global","banded","local"]""", "attention of kind 'banded' is not supported")]
    [InlineData("gpt_neo_windows", "attention_layers", """["global"]""", "are not those of 3 layers")]
    [InlineData("llama_biases", "attention_bias", "false", "q_proj.bias\", which the model of 2 layers that config.json")]
    [InlineData("llama_biases", "mlp_bias", "false", "up_proj.bias\", which the model")]
    [InlineData("qwen3", "model_type", "\"llama\"", "q_norm.weight\", which the model")]
    [InlineData("gemma3_text", "model_type", "\"gemma\"", "q_norm.weight\", which the model")]
    [InlineData("gemma2", "model_type", "\"gemma\"", "post_feedforward_layernorm.weight\", which the model")]
    [InlineData("mistral", "sliding_window", "0", "'sliding_window' is 0, not a positive whole number")]
    public void A_variant_that_is_not_supported_is_refused_by_name(string folder, string key, string value, string because)
    {
        using TemporaryFolder copy = Copy(folder, config => config[key] = JsonNode.Parse(value));
        InputException refusal = Assert.Throws<InputException>(() => Model.Load(copy.Path));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("normalization_type", "\"LNPre\"", "normalization_type 'LNPre' is not supported")]
    [InlineData("positional_embedding_type", "\"rotary\"", "positional_embedding_type 'rotary' is not supported")]
    [InlineData("attention_dir", "\"bidirectional\"", "attention to later positions is not supported")]
    [InlineData("use_local_attn", "true", "'use_local_attn' = true is not supported")]
    [InlineData("attn_only", "false", "do not belong together")]
    public void A_TransformerLens_config_that_is_not_supported_is_refused_by_name(string key, string value, string because)
    {
        using TemporaryFolder copy = Copy("tl_attn_only_random", config => config[key] = JsonNode.Parse(value), "tl_config.json");
        Assert.Contains(because, Assert.Throws<InputException>(() => Model.Load(copy.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_reads_as_the_description_of_its_family()
    {
        TransformerConfig gemma = Read("gemma2");
        Assert.Equal((true, true, 1f, 8f), (gemma.HasPostNorms, gemma.IsTied, gemma.NormGainOffset, gemma.EmbeddingScale));
        Assert.Equal((2f, 5f, "0, 2", 8), (gemma.AttnSoftCap, gemma.LogitSoftCap, gemma.Windowed.ToString(), gemma.Window(2)));
        Assert.Equal(0, gemma.Window(1));
        TransformerConfig scaled = Read("gemma3_text_ropescaled");
        Assert.Equal(new RotaryConfig { Theta = 10_000 }, scaled.RotaryOf(0));
        Assert.Equal(new RotaryConfig { Theta = 1_000_000, Scaling = new LinearScaling(8) }, scaled.RotaryOf(2));
        Assert.Equal(new Llama3Scaling(8, 1, 4, 16), Read("llama3_rope").Rotary.Scaling);
        Assert.Equal((true, 4), (Read("gpt_neox").IsParallel, Read("gpt_neox").Rotary.Dimensions));
        Assert.Equal((false, 4), (Read("gpt_neox_sequential").IsParallel, Read("gpt_neox_sequential").Rotary.Dimensions));
        Assert.Equal("1, 2", Read("qwen2_windows").Windowed.ToString());
    }

    [Fact]
    public void Both_layouts_of_a_config_are_the_same_config()
    {
        foreach (string folder in Directory.EnumerateDirectories(Fixtures.Golden()).Where(f => File.Exists(Path.Combine(f, "config.v5.json"))))
            Assert.Equal(Read(folder), Read(folder, "config.v5.json"));
    }

    [Fact]
    public void The_weights_of_norms_stay_as_the_checkpoint_has_them()
    {
        using Model model = Model.Load(Fixtures.Golden("gemma"));
        using SafetensorsFile file = SafetensorsFile.Open(Fixtures.Golden("gemma", "model.safetensors"));
        float[] stored = new float[32];
        file.Read("model.layers.1.input_layernorm.weight", stored);
        Assert.Equal(stored, model.Weights["blocks.1.ln1.w"].Data.ToArray());
    }

    [Fact]
    public void The_text_part_of_a_model_of_images_and_text_is_read()
    {
        using TemporaryFolder folder = new();
        JsonNode text = JsonNode.Parse(File.ReadAllText(Fixtures.Golden("gemma3_text", "config.json")))!;
        folder.File("config.json", Encoding.UTF8.GetBytes(
            new JsonObject { ["model_type"] = "gemma3", ["text_config"] = text, ["vision_config"] = new JsonObject() }.ToJsonString()));
        using (SafetensorsFile file = SafetensorsFile.Open(Fixtures.Golden("gemma3_text", "model.safetensors")))
            SafetensorsWriter.Write(folder.File("model.safetensors"), file.Entries.Select(entry =>
            {
                float[] values = new float[entry.Count];
                file.Read(entry.Name, values);
                return TensorToWrite.FromFloats("language_model." + entry.Name, entry.Shape, () => values);
            }));
        using Model alone = Model.Load(Fixtures.Golden("gemma3_text")), within = Model.Load(folder.Path);
        TokenBatch tokens = new([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]]);
        using Run a = alone.Run(tokens), b = within.Run(tokens);
        Assert.Equal(a.Logits.Data.ToArray(), b.Logits.Data.ToArray());
        folder.File("config.json", """{"model_type":"gemma3"}"""u8.ToArray());
        Assert.Contains("no 'text_config'", Assert.Throws<InputException>(() => Model.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt_neox", "blocks.0.hook_resid_mid", "there is nothing between")]
    [InlineData("tl_attn_only_random", "blocks.0.hook_mlp_out", "has attention only")]
    [InlineData("tl_attn_only_random", "blocks.0.ln2.hook_scale", "has attention only")]
    [InlineData("tl_attn_only_random", "blocks.0.hook_resid_mid", "has attention only")]
    [InlineData("mistral", "hook_pos_embed", "has no position embedding, but turns queries and keys")]
    [InlineData("mistral", "blocks.0.attn.q_norm.hook_scale", "has no norms of queries and keys")]
    [InlineData("mistral", "blocks.0.attn.hook_out", "has no norms after attention and MLP")]
    [InlineData("gpt_neo_windows", "blocks.0.attn.hook_rot_q", "has no rotary embedding")]
    [InlineData("gemma2", "blocks.0.attn.k_norm.hook_normalized", "has no norms of queries and keys")]
    [InlineData("qwen3", "blocks.0.attn.k_norm.hook_scale:head=2", "heads 0..1")]
    public void A_site_that_a_family_does_not_have_is_refused_by_name(string folder, string site, string because)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        Assert.Equal(site.Contains("head=", StringComparison.Ordinal), model.Config.Has(Address.Parse(site).Site));
        string refusal = Assert.Throws<InputException>(() => model.Run(
            new TokenBatch([[1, 2, 3]]), new Plan { Record = [Address.Parse(site)] })).Message;
        Assert.Contains(because, refusal, StringComparison.Ordinal);
        Assert.Contains(site, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gemma3_text", """{"kind":"reroute","at":"blocks.1.hook_mlp_in","sources":["blocks.0.attn.hook_result:head=0"],"from":"x"}""",
        "no edge is one head's alone")]
    [InlineData("gpt_neox", """{"kind":"reroute","at":"blocks.1.hook_mlp_in","sources":["blocks.1.attn.hook_result:head=0"],"from":"x"}""",
        "stands beside")]
    public void An_edge_that_a_family_does_not_have_is_refused_by_name(string folder, string intervention, string because)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        TokenBatch tokens = new([[1, 2, 3]]);
        Plan plan = Plan.FromJson($$"""{"interventions":[{{intervention}}]}""");
        Address source = ((Reroute)plan.Interventions[0]).Sources[0];
        using Run other = model.Run(tokens, new Plan { Record = [source] });
        string refusal = Assert.Throws<InputException>(() => model.Run(
            tokens, plan, new Dictionary<string, Recording> { ["x"] = other.Recording })).Message;
        Assert.Contains(because, refusal, StringComparison.Ordinal);
        Assert.Contains(source.ToString(), refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_of_models_whose_gains_are_not_their_weights_is_refused() =>
        Assert.Throws<NotSupportedException>(() => new Trainer(TinyModels.GemmaConfig, 1, new AdamWSettings()));

    static TransformerConfig Read(string folder, string name = "config.json")
    {
        ConfigFile file = new(Path.IsPathRooted(folder) ? Path.Combine(folder, name) : Fixtures.Golden(folder, name));
        return Family.Of(file).Read(file);
    }

    static TemporaryFolder Copy(string folder, Action<JsonObject> change, string name = "config.json")
    {
        TemporaryFolder copy = new();
        File.Copy(Fixtures.Golden(folder, "model.safetensors"), copy.File("model.safetensors"));
        JsonObject config = JsonNode.Parse(File.ReadAllText(Fixtures.Golden(folder, name)))!.AsObject();
        change(config);
        copy.File(name, Encoding.UTF8.GetBytes(config.ToJsonString()));
        return copy;
    }
}
