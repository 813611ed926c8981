using System.Text;
using System.Text.Json.Nodes;
using Hooke.Models.Tests.Weights;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests;

public sealed class ModelLoadTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public ModelLoadTests()
    {
        using Trainer trainer = new(TinyModels.Gpt2Config, 3, new AdamWSettings());
        trainer.SaveModel(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, Activation.GeluTanh)]
    [InlineData(false, Activation.Gelu)]
    [InlineData(false, Activation.Relu)]
    [InlineData(true, Activation.Silu)]
    public void A_saved_model_is_read_back_bit_for_bit(bool isTied, Activation activation)
    {
        using TemporaryFolder folder = new();
        using Model model = TinyModels.Random(
            TinyModels.Gpt2Config with { IsTied = isTied, Activation = activation, DMlp = 13 });
        model.Save(folder.Path);
        using Model loaded = Model.Load(folder.Path);
        Assert.Equal(model.Config, loaded.Config);
        TokenBatch tokens = TinyModels.Batch(1, 3, 8);
        using Run before = model.Run(tokens), after = loaded.Run(tokens);
        Assert.Equal(before.Logits.Data.ToArray(), after.Logits.Data.ToArray());
    }

    [Fact]
    public void A_family_that_is_only_read_is_not_written()
    {
        using TemporaryFolder folder = new();
        using Model model = TinyModels.Llama();
        Assert.Throws<NotSupportedException>(() => model.Save(folder.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("model_type", "\"rwkv\"", "architecture 'rwkv' is not supported; supported are gpt2, llama, gpt_neo, gpt_neox")]
    [InlineData("model_type", "null", "no text 'model_type'")]
    [InlineData("n_embd", "null", "no 'n_embd'")]
    [InlineData("n_embd", "\"8\"", "'n_embd' is \"8\", not a positive whole number")]
    [InlineData("n_embd", "-8", "not a positive whole number")]
    [InlineData("n_embd", "8.5", "not a positive whole number")]
    [InlineData("n_embd", "99999999999", "not a positive whole number")]
    [InlineData("n_embd", "1073741824", "do not belong together")]
    [InlineData("n_embd", "2147483646", "do not belong together")]
    [InlineData("n_embd", "6", "\"transformer.wte.weight\" has shape [11, 8], but the model's config asks for [11, 6]")]
    [InlineData("n_layer", "2147483647", "do not belong together")]
    [InlineData("n_layer", "3", "do not belong together")]
    [InlineData("n_layer", "1", "h.1.attn.c_attn.weight\", which the model of 1 layers that config.json describes does not have")]
    [InlineData("n_embd", "536870912", "do not belong together")]
    [InlineData("n_head", "3", "'n_embd' is 8, which 'n_head' = 3 does not divide")]
    [InlineData("n_inner", "2147483647", "do not belong together")]
    [InlineData("n_positions", "2147483647", "do not belong together")]
    [InlineData("vocab_size", "2147483647", "do not belong together")]
    [InlineData("vocab_size", "10", "asks for [10, 8]")]
    [InlineData("activation_function", "\"cosine\"", "activation 'cosine' is not supported")]
    [InlineData("layer_norm_epsilon", "0", "not a positive number")]
    [InlineData("tie_word_embeddings", "1", "not true or false")]
    [InlineData("tie_word_embeddings", "false", "no tensor \"lm_head.weight\"")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", "is not supported for gpt2")]
    public void A_config_that_lies_is_refused_with_key_and_file(string key, string value, string because)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!.AsObject();
        config[key] = JsonNode.Parse(value);
        _folder.File("config.json", Encoding.UTF8.GetBytes(config.ToJsonString()));
        AssertRefused(because);
    }

    [Theory]
    [InlineData("max_position_embeddings", "2147483647", null)]
    [InlineData("head_dim", "15", "heads are 15 wide")]
    [InlineData("head_dim", "1073741824", "do not belong together")]
    [InlineData("num_attention_heads", "3", "does not divide")]
    [InlineData("intermediate_size", "2147483647", "do not belong together")]
    [InlineData("rope_scaling", """{"rope_type":"yarn"}""", "rotary scaling 'yarn' is not supported")]
    [InlineData("rope_scaling", """{"rope_type":"linear","factor":0.5}""", "'factor' = 0.5 is not between 1 and")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":8}""", "has no 'low_freq_factor'")]
    [InlineData("rope_scaling", "8", "'rope_scaling' is 8, not an object")]
    [InlineData("rope_theta", "0.5", "'rope_theta' = 0.5 is not between 1 and")]
    [InlineData("rope_parameters", """{"rope_type":"linear","factor":2,"rope_theta":1e300}""", "is not between 1 and")]
    [InlineData("partial_rotary_factor", "0.5", "'partial_rotary_factor' is not supported for llama")]
    [InlineData("attention_bias", "true", "no tensor \"model.layers.0.self_attn.q_proj.bias\"")]
    [InlineData("mlp_bias", "true", "no tensor \"model.layers.0.mlp.gate_proj.bias\"")]
    [InlineData("quantization_config", """{"quant_method":"gptq"}""", "weights quantised by gptq are not supported")]
    [InlineData("is_encoder_decoder", "true", "an encoder with a decoder is not supported")]
    [InlineData("model_type", "\"mixtral\"", "mixtral is a mixture of experts")]
    [InlineData("model_type", "\"t5\"", "t5 is an encoder with a decoder")]
    [InlineData("model_type", "\"mamba\"", "mamba is a state-space or recurrent model")]
    [InlineData("model_type", "\"bert\"", "bert is an encoder")]
    public void A_llama_config_that_lies_is_refused_or_costs_nothing(string key, string value, string? because)
    {
        foreach (string file in new[] { "config.json", "model.safetensors" })
            File.Copy(Fixtures.Golden("llama", file), _folder.File(file), overwrite: true);
        JsonObject config = JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!.AsObject();
        config[key] = JsonNode.Parse(value);
        _folder.File("config.json", Encoding.UTF8.GetBytes(config.ToJsonString()));
        if (because is not null)
        {
            AssertRefused(because);
            return;
        }
        using Model model = Model.Load(_folder.Path);
        using Run run = model.Run(new TokenBatch([[1, 2, 3]]));
    }

    [Fact]
    public void A_missing_tensor_is_refused_by_name() =>
        AssertDamaged(tensors => tensors.RemoveAll(t => t.Name == "transformer.h.1.mlp.c_proj.bias"),
            "h.1.mlp.c_proj.bias");

    [Fact]
    public void A_tensor_of_the_wrong_shape_is_refused_with_both_shapes() => AssertDamaged(
        tensors => tensors[tensors.FindIndex(t => t.Name == "transformer.h.0.attn.c_attn.weight")] =
            TensorToWrite.FromFloats("transformer.h.0.attn.c_attn.weight", [24, 8], () => new float[192]),
        "\"transformer.h.0.attn.c_attn.weight\" has shape [24, 8], but the model's config asks for [8, 24]");

    [Fact]
    public void A_weight_that_is_no_number_is_refused_by_its_tensor() => AssertDamaged(
        tensors => tensors[tensors.FindIndex(t => t.Name == "transformer.ln_f.weight")] =
            TensorToWrite.FromFloats("transformer.ln_f.weight", [8], () => new[] { 1, 1, 1, float.NaN, 1, 1, 1, 1 }),
        "\"transformer.ln_f.weight\"");

    [Fact]
    public void Files_that_are_missing_cut_off_or_of_another_kind_are_refused()
    {
        byte[] weights = File.ReadAllBytes(_folder.File("model.safetensors"));
        _folder.File("model.safetensors", weights[..^100]);
        AssertRefused("model.safetensors");
        _folder.File("model.safetensors", weights);
        _folder.File("tokenizer.json", """{"model":{"type":"Sorcery"}}"""u8.ToArray());
        AssertRefused("Sorcery");
        File.Delete(_folder.File("tokenizer.json"));
        _folder.File("config.json", "[]"u8.ToArray());
        AssertRefused("not a JSON object");
        _folder.File("config.json", "{"u8.ToArray());
        AssertRefused("config.json");
        File.Delete(_folder.File("config.json"));
        AssertRefused("config.json");
        File.Delete(_folder.File("model.safetensors"));
        Assert.Contains("there is no folder", Assert.Throws<InputException>(
            () => Model.Load(_folder.File("absent"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_tokenizer_says_so_when_given_text()
    {
        using Model model = Model.Load(_folder.Path);
        Assert.False(model.HasTokenizer);
        Assert.Contains("tokenizer.json", Assert.Throws<InputException>(() => model.Run("text")).Message,
            StringComparison.Ordinal);
    }

    void AssertDamaged(Action<List<TensorToWrite>> damage, string because)
    {
        List<TensorToWrite> tensors = [];
        using (SafetensorsFile file = SafetensorsFile.Open(_folder.File("model.safetensors")))
            foreach (SafetensorsEntry entry in file.Entries)
            {
                float[] values = new float[entry.Count];
                file.Read(entry.Name, values);
                tensors.Add(TensorToWrite.FromFloats(entry.Name, entry.Shape, () => values));
            }
        damage(tensors);
        SafetensorsWriter.Write(_folder.File("model.safetensors"), tensors);
        AssertRefused(because);
    }

    void AssertRefused(string because)
    {
        string refusal = Assert.Throws<InputException>(() => Model.Load(_folder.Path)).Message;
        Assert.Contains(because, refusal, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
    }
}
