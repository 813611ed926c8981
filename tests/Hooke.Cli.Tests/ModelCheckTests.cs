using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Cli.Tests;

public sealed class ModelCheckTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_right_model_prints_a_row_per_tensor_and_exits_with_0()
    {
        Outcome check = Hooke.Run("model", "check", Fixtures.Golden("gemma2"));
        Assert.Equal((0, ""), (check.Code, check.Error));
        Assert.Contains("grad.resid_post.3", check.Out, StringComparison.Ordinal);
        Assert.Contains("gemma2: 25 of 25 tensors agree to 1e-5 with transformers", check.Out, StringComparison.Ordinal);
        Assert.Contains("not compared: grad.token_embed, token_embed", check.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_model_s_reference_exits_with_1_and_says_where_it_differs()
    {
        Outcome check = Hooke.Run("model", "check", Fixtures.Golden("llama3_rope"),
            "--reference", Fixtures.Golden("gpt_neox_sequential", "reference.safetensors"), "--json");
        Assert.Equal((1, ""), (check.Code, check.Error));
        Assert.False(check.Json.GetProperty("ok").GetBoolean());
        JsonElement logits = check.Json.GetProperty("tensors").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "logits");
        Assert.Equal("[2,16,64]", logits.GetProperty("shape").GetRawText().Replace("\n", "", StringComparison.Ordinal)
            .Replace(" ", "", StringComparison.Ordinal));
        Assert.True(logits.GetProperty("difference").GetDouble() > 0.1);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Hooke.Run("model", "check", _folder["nowhere"]).RefusedWith("there is no folder");
        Hooke.Run("model", "check", Hooke.ShippedModel).RefusedWith("reference.safetensors");
        Hooke.Run("model", "check", Fixtures.Golden("gpt2"), "--reference", Fixtures.Golden("gpt_neox", "reference.safetensors"))
            .RefusedWith("attn_out.0 has shape [2, 24, 64]", "another model's");
        Hooke.Run("model", "check", Fixtures.Golden("gpt2"), "--reference", Fixtures.Golden("gpt2", "model.safetensors"))
            .RefusedWith("input_ids");
        File.WriteAllBytes(_folder["cut.safetensors"], File.ReadAllBytes(Fixtures.Golden("gpt2", "reference.safetensors"))[..5000]);
        Hooke.Run("model", "check", Fixtures.Golden("gpt2"), "--reference", _folder["cut.safetensors"]).RefusedWith("cut.safetensors");
    }
}
