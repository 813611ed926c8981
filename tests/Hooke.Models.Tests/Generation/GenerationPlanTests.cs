using Hooke.Tensors;

namespace Hooke.Models.Tests.Generating;

/// <summary>What cannot be carried out while tokens are added is refused by name before anything runs.</summary>
public sealed class GenerationPlanTests
{
    const string Other = "other";

    static readonly Address Z = Site.Z.At(1);

    [Fact]
    public void A_context_too_short_is_refused_with_what_would_fit()
    {
        using Model model = TinyModels.Gpt2();
        InputException fault = Assert.Throws<InputException>(() => model.Generate(new([[1, 2, 3]]), new() { MaxNewTokens = 6 }));
        Assert.Contains("context of 8: ask for at most 5", fault.Message, StringComparison.Ordinal);
        Assert.Equal(5, model.Generate(new([[1, 2, 3]]), new() { MaxNewTokens = 5 }).Count());
        fault = Assert.Throws<InputException>(() =>
            model.Generate(new([[1, 2, 3, 4, 5, 6, 7, 0]]), new() { MaxNewTokens = 1 }));
        Assert.Contains("context of 8: shorten the prompt", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => model.Generate(new([[1, 2, 3]]), new() { MaxNewTokens = int.MaxValue }));
    }

    [Fact]
    public void A_token_outside_the_vocabulary_is_refused()
    {
        using Model model = TinyModels.Gpt2();
        Assert.Contains("token 11", Refused(model, [[11]], Plan.Empty), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_out_of_range_or_without_effect_are_refused()
    {
        using Model model = TinyModels.Gpt2();
        foreach ((Generation how, string says) in new (Generation, string)[]
        {
            (new() { MaxNewTokens = 0 }, "0 new tokens"), (new() { Temperature = -1 }, "temperature -1"),
            (new() { Temperature = float.NaN }, "temperature NaN"), (new() { Temperature = 1, TopK = 0 }, "the 0 likeliest"),
            (new() { Temperature = 1, TopP = 0 }, "top-p 0"), (new() { Temperature = 1, TopP = 1.5f }, "top-p 1.5"),
            (new() { RepetitionPenalty = 0 }, "repetition penalty 0"), (new() { TopK = 3 }, "give a temperature"),
            (new() { TopP = 0.5f }, "give a temperature"),
        })
            Assert.Contains(says, Assert.Throws<InputException>(() => model.Generate(new([[1]]), how)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Plans_that_cannot_hold_are_refused_by_name()
    {
        using Model model = TinyModels.Gpt2();
        foreach ((Plan plan, string says) in new (Plan, string)[]
        {
            (new() { Record = [Z] }, "cannot be recorded while tokens are added"),
            (Changing(new Reroute(Site.MlpIn.At(1), [Site.MlpOut.At(0)], Other)), "edges cannot be cut"),
            (Changing(new ResampleAblate(Z, Other, 1)), "resampling"),
            (Changing(new Patch(Site.Pattern.At(0), Other)), "pattern"),
            (Changing(new ZeroAblate(Site.Z.At(2))), "layers 0..1"), (Changing(new ZeroAblate(Z.AtHead(2))), "heads 0..1"),
            (Changing(new ZeroAblate(Z.AtPosition(6))), "positions 0..5"),
            (Changing(new ZeroAblate(Z.AtPosition(-4))), "no prompt has these positions"),
            (Changing(new Patch(Z, "nobody")), "a run 'nobody', which was not given"),
            (Changing(new Add(Z, [1, 2, 3, 4], 0)), "changes nothing"),
        })
            Assert.Contains(says, Refused(model, [[1, 2, 3]], plan), StringComparison.Ordinal);
    }

    [Fact]
    public void Patching_needs_a_run_that_has_the_positions()
    {
        using Model model = TinyModels.Gpt2();
        using Run other = model.Run(new TokenBatch([[4, 5, 6]]), new Plan { Record = [Z] });
        Dictionary<string, Recording> sources = new() { [Other] = other.Recording };
        Generation how = new() { MaxNewTokens = 4 };
        InputException fault = Assert.Throws<InputException>(
            () => model.Generate(new([[1, 2, 3]]), how, Changing(new Patch(Z, Other)), sources));
        Assert.Contains("wanted up to position 5, and run 'other' has 0..2", fault.Message, StringComparison.Ordinal);
        Plan within = Changing(new Patch(new Address(Site.Z, 1, null, new PositionRange(0, 2)), Other));
        Assert.Equal(4, model.Generate(new([[1, 2, 3]]), how, within, sources).Count());
        Assert.Throws<InputException>(() => model.Generate(new([[1], [2, 3, 4]]), how with { MaxNewTokens = 3 },
            Changing(new Patch(Z, Other)), sources));
    }

    [Fact]
    public void Heads_that_share_keys_and_values_keep_one_stream()
    {
        using Model model = TinyModels.Llama();
        Assert.Contains("share keys and values",
            Refused(model, [[1]], Changing(new Scale(Site.QInput.At(0).AtHead(1), 2))), StringComparison.Ordinal);
    }

    static Plan Changing(Intervention intervention) => new() { Interventions = [intervention] };

    static string Refused(Model model, int[][] prompts, Plan plan) => Assert.Throws<InputException>(
        () => model.Generate(new(prompts), new() { MaxNewTokens = 4 }, plan)).Message;
}
