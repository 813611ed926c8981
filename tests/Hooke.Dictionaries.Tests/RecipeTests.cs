using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>What cannot be trained is refused with a sentence that says why.</summary>
public class RecipeTests
{
    static readonly CoderSite Site = new("blocks.0.hook_resid_post", 4);

    static TrainingRecipe TopK => new() { Kind = CoderKind.TopK, NLatents = 8, K = 2, Steps = 5 };

    static TrainingRecipe Jump => new() { Kind = CoderKind.JumpRelu, NLatents = 8, Steps = 5 };

    public static TheoryData<string, string> Bad => new()
    {
        { "k above", "k is 9, but of 8 latents 1 to 8 can be active" },
        { "k none", "TopK needs k" },
        { "k of relu", "k is for TopK and BatchTopK" },
        { "latents", "n_latents is 0" },
        { "groupmax", "GroupMax is not trained" },
        { "widths fall", "nested widths must rise from at least 1 to n_latents, 8; they are [4, 2, 8]" },
        { "widths short", "they are [2, 4]" },
        { "widths zero", "they are [0, 8]" },
        { "rate NaN", "optimizer.learning_rate is NaN" },
        { "rate zero", "optimizer.learning_rate is 0" },
        { "beta", "beta1 and beta2 must be below 1" },
        { "coefficient", "sparsity.coefficient is -1" },
        { "count", "a penalty on the count (L0) has a slope for JumpRelu only" },
        { "target", "needs target_l0 above 0" },
        { "bandwidth", "threshold.bandwidth is 0" },
        { "dead", "revival.dead_after is 0" },
        { "clip", "optimizer.max_gradient_norm is -1" },
        { "power", "final_power is 0" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_recipe_that_cannot_be_is_refused(string name, string says)
    {
        TrainingRecipe recipe = name switch
        {
            "k above" => TopK with { K = 9 },
            "k none" => TopK with { K = null },
            "k of relu" => TopK with { Kind = CoderKind.Relu },
            "latents" => TopK with { NLatents = 0 },
            "groupmax" => TopK with { Kind = CoderKind.GroupMax },
            "widths fall" => TopK with { Widths = [4, 2, 8] },
            "widths short" => TopK with { Widths = [2, 4] },
            "widths zero" => TopK with { Widths = [0, 8] },
            "rate NaN" => TopK with { Optimizer = new(float.NaN) },
            "rate zero" => TopK with { Optimizer = new(0) },
            "beta" => TopK with { Optimizer = new(Beta1: 1) },
            "coefficient" => Jump with { Sparsity = new(SparsityPenalty.L0, -1) },
            "count" => TopK with { Sparsity = new(SparsityPenalty.L0, 1) },
            "target" => Jump with { Sparsity = new(SparsityPenalty.L0Target, 1) },
            "bandwidth" => Jump with { Threshold = new(Bandwidth: 0) },
            "dead" => TopK with { Revival = new(DeadAfter: 0) },
            "clip" => TopK with { Optimizer = new(MaxGradientNorm: -1) },
            _ => Jump with { Sparsity = new(SparsityPenalty.L1, 1, FinalPower: 0) },
        };
        InputException problem = Assert.Throws<InputException>(() => new DictionaryTrainer(recipe, new CoderPlace([Site], [Site])));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_another_width_or_with_no_number_is_refused()
    {
        using DictionaryTrainer trainer = new(TopK, new CoderPlace([Site], [Site]));
        using Tensor wide = Tensor.Zeros(3, 5), bad = Tensor.Zeros(3, 4);
        bad.Data[6] = float.NaN;
        Assert.Contains("[3, 4] belongs", Assert.Throws<InputException>(() => trainer.Step([wide], [wide])).Message, StringComparison.Ordinal);
        Assert.Contains("row 1 ", Assert.Throws<InputException>(() => trainer.Step([bad], [bad])).Message, StringComparison.Ordinal);
        Assert.Equal(0, trainer.Steps);
    }

    [Fact]
    public void A_state_of_another_recipe_or_place_is_refused_and_changes_nothing()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "state.safetensors");
        using DictionaryTrainer trainer = new(TopK, new CoderPlace([Site], [Site]));
        trainer.SaveState(file);
        using DictionaryTrainer other = new(TopK with { K = 3 }, new CoderPlace([Site], [Site]));
        Assert.Contains("other settings", Assert.Throws<InputException>(() => other.LoadState(file)).Message, StringComparison.Ordinal);
        using DictionaryTrainer elsewhere = new(TopK, new CoderPlace([Site], [new("blocks.1.hook_resid_post", 4)]));
        Assert.Contains("other places", Assert.Throws<InputException>(() => elsewhere.LoadState(file)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..200]);
        Assert.Throws<InputException>(() => trainer.LoadState(file));
    }
}
