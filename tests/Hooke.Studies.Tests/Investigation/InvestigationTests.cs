using Hooke.Evidence;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>What an investigation finds: support where machinery was learned, none where there is none.</summary>
public class InvestigationTests
{
    // The first as anybody gets it who names nothing; the second on fewer prompts, to be quick.
    [Theory]
    [InlineData("indirect-object", 64), InlineData("induction", 24)]
    public void What_the_shipped_model_learned_is_mechanistically_supported(string behaviour, int prompts)
    {
        Dossier dossier = Investigated.Run(
            new() { ModelFolder = Investigated.ModelFolder, Behaviour = behaviour, Prompts = prompts });
        Verdict verdict = dossier.Claim.Verdict;
        Assert.True(verdict.Tier >= Tier.MechanisticallySupported, $"{verdict.Tier}: {string.Join(' ', verdict.KeepsFromNext)}");
        Sufficiency sufficiency = dossier.Claim.Evidence.Sufficiency!;
        Assert.Equal((100, 0), (sufficiency.Controls.Count, sufficiency.AsGood));
        Assert.True(dossier.Circuit.Edges.Count * 5 < dossier.Circuit.AllEdges, "a circuit is a small part of the model");
        Assert.NotEmpty(dossier.Holes);
    }

    [Fact]
    public void Nothing_is_supported_in_a_model_that_has_learned_nothing()
    {
        using TemporaryFolder folder = new();
        using (TinyworldTraining training = new(Shipped.Path, 0, new TinyworldSettings(Steps: 2), folder.Path))
            training.Run(_ => { });
        Dossier dossier = Investigated.Run(new()
        {
            ModelFolder = folder.Path,
            Behaviour = "indirect-object",
            Prompts = 24,
            Controls = 20,
        });
        Assert.True(dossier.Claim.Verdict.Tier < Tier.CausallySuggestive, $"{dossier.Claim.Verdict.Tier}");
        Assert.NotEqual(Outcome.Supports, dossier.Claim.Evidence.Behaviour!.Outcome);
    }

    [FixtureFact]
    public void One_prompt_pair_of_ones_own_on_a_third_partys_model_gets_an_honest_tier()
    {
        Dossier dossier = Investigated.Run(new()
        {
            ModelFolder = Fixtures.ThirdParty("models", "stories260K"),
            Pair = new AskedPair(
                "Once upon a time there was a little girl. One day,",
                "Once upon a time there was a little boy. One day,", "she", "he"),
            Controls = 5,
            Steps = 2,
        });
        Assert.Equal(Tier.Underdetermined, dossier.Claim.Verdict.Tier);
        Assert.Contains(dossier.Notes, note => note.StartsWith("One prompt pair says nothing", StringComparison.Ordinal));
        DossierExample example = Assert.Single(dossier.Examples);
        Assert.True(example.Metric > 0 && example.CounterfactualMetric < 0, "the model does tell she from he");
        Assert.All(dossier.Claim.Evidence.Tests().Where(test => test.Finding is not null),
            test => Assert.NotEqual(Outcome.Supports, test.Finding!.Outcome));
    }

    [Fact]
    public void A_pair_of_prompts_that_the_model_answers_alike_is_refused()
    {
        const string Prompt = "While David and Ivan were at the library , Ivan handed a ladder to";
        using Investigation investigation = new(
            new() { ModelFolder = Investigated.ModelFolder, Pair = new(Prompt, Prompt, "David", "Ivan") }, _ => { });
        InputException fault = Assert.Throws<InputException>(investigation.Run);
        Assert.Contains("nothing to find", fault.Message, StringComparison.Ordinal);
    }
}
