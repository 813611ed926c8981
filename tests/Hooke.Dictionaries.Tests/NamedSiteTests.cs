using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Sites under the names that dictionaries' files give them.</summary>
public class NamedSiteTests
{
    [Theory]
    [InlineData("blocks.1.hook_resid_post", "blocks.1.hook_resid_post", "blocks.1.hook_resid_post")]
    [InlineData("layers.2", "blocks.2.hook_resid_post", "blocks.2.hook_resid_post")]
    [InlineData("model.layers.2.output", "blocks.2.hook_resid_post", "blocks.2.hook_resid_post")]
    [InlineData("resid_post_layer_12", "blocks.12.hook_resid_post", "blocks.12.hook_resid_post")]
    [InlineData("transformer.h.0.mlp", "blocks.0.hook_mlp_out", "blocks.0.mlp.hook_out")]
    [InlineData("blocks.0.mlp.hook_out", "blocks.0.hook_mlp_out", "blocks.0.mlp.hook_out")]
    [InlineData("layers.3.self_attn", "blocks.3.hook_attn_out", "blocks.3.attn.hook_out")]
    [InlineData("model.layers.5.post_feedforward_layernorm.output", "blocks.5.hook_mlp_out", "blocks.5.hook_mlp_out")]
    [InlineData("model.layers.5.self_attn.o_proj.input", "blocks.5.attn.hook_z", "blocks.5.attn.hook_z")]
    public void A_modules_name_is_the_site_of_what_it_gives(string name, string plain, string withPostNorms)
    {
        Assert.Equal(new NamedSite(Address.Parse(plain), false), NamedSite.Parse(name, Config("gpt2")));
        Assert.Equal(new NamedSite(Address.Parse(withPostNorms), false), NamedSite.Parse(name, Config("gemma2")));
    }

    /// <summary>What the MLP takes, times its matrix, is its neurons' input: gain and bias of the norm are in it.</summary>
    [Theory]
    [InlineData("gpt2", "blocks.1.mlp.hook_in", "W_in"), InlineData("gpt2", "layers.1.mlp (input)", "W_in")]
    [InlineData("gemma2", "model.layers.1.pre_feedforward_layernorm.output", "W_gate"), InlineData("llama", "blocks.1.mlp.hook_in", "W_gate")]
    public void What_the_MLP_takes_is_read_past_its_norms_gain(string folder, string name, string matrix)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        NamedSite site = NamedSite.Parse(name, model.Config);
        Address pre = Address.Parse("blocks.1.mlp.hook_pre");
        using Run run = model.Run(new TokenBatch([[5, 9, 31]]), new Plan { Record = [site.At, pre] });
        using Tensor taken = site.Read(model, run[site.At]);
        using Tensor weight = model.Weights[$"blocks.1.mlp.{matrix}"].Clone();
        using Tensor? bias = folder == "gpt2" ? model.Weights["blocks.1.mlp.b_in"].Clone() : null;
        using Tensor product = Ops.MatMul(taken, weight, bias);
        TensorDifference difference = TensorDifference.Of("pre", product.Data, run[pre].Data);
        Assert.True(difference.Agrees && difference.Scale > 0.1, $"{difference}");
        TensorDifference bare = TensorDifference.Of("bare", taken.Data, run[site.At].Data);
        Assert.False(bare.Agrees);
    }

    [Fact]
    public void A_name_that_is_none_is_refused() => Assert.Contains("is not an address",
        Assert.Throws<InputException>(() => NamedSite.Parse("layers.3.banana", Config("gpt2"))).Message, StringComparison.Ordinal);

    static TransformerConfig Config(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        return model.Config;
    }
}
