using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

public class TwoStepStudyTests
{
    static readonly string Folder = Path.Combine(Fixtures.Root, "models", "tinyworld");

    [Fact]
    public void The_shipped_model_passes_over_the_country_and_follows_another_that_is_put_in_its_place()
    {
        using Model model = Model.Load(Folder);
        using CoderSet coders = CoderSet.Load(Path.Combine(Folder, "dictionaries", "clt"));
        TwoStepResult result = TwoStepStudy.Run(model, coders, TinyworldFolder.LoadWorld(Folder), new TwoStepRequest { Prompts = 40 });
        Assert.InRange(result.Cases.Count, 36, 40);
        Assert.InRange(result.Contained.Value, 0.9, 1);
        Assert.InRange(result.Leading.Value, 0.9, 1);
        Assert.InRange(result.Steered.Value, 0.8, 1);
        Assert.InRange(result.WrongContained.Value, 0, 0.3);
        Assert.InRange(result.RandomSteered.Value, 0, 0.1);
        Assert.All(result.Cases, c => Assert.NotEqual(c.Via, c.Injected));
    }

    [Fact]
    public void Latents_are_chosen_on_training_prompts_for_every_relation_alike()
    {
        using Model model = Model.Load(Folder);
        using CoderSet coders = CoderSet.Load(Path.Combine(Folder, "dictionaries", "clt"));
        World world = TinyworldFolder.LoadWorld(Folder);
        TwoStepFact[] passages = [.. world.TwoSteps("two-step")];
        Assert.Equal(["two-step", "language-two-step", "currency-two-step", "river-two-step"], passages.Select(p => p.Name));
        IReadOnlyList<TwoStepPrompt> Prompts(TwoStepFact passage, Split split) =>
            TwoStepPrompt.Of(world, passage, model.Tokenizer, split, 500, seed: 1);
        HashSet<int> training = [.. passages.SelectMany(p => Prompts(p, Split.Training)).Select(p => p.Tokens[p.Key])];
        HashSet<int> heldOut = [.. passages.SelectMany(p => Prompts(p, Split.HeldOut)).Select(p => p.Tokens[p.Key])];
        Assert.NotEmpty(heldOut);
        Assert.Empty(training.Intersect(heldOut));
        // A latent that says Paris fires when the capital is asked for; it must fire for the language too to stand for France.
        string[] names = [.. Prompts(passages[0], Split.Training).Select(p => p.Via).Distinct().Order(StringComparer.Ordinal)];
        TranscoderSites sites = new(model, coders);
        ViaTally[] tallies = [.. passages.Select(p => ViaTally.Of(sites, Prompts(p, Split.Training), names))];
        ViaRule rule = new(0.3);
        int Latents(params IReadOnlyList<ViaTally> some) => names.Sum(name => ViaGroups.Of(names, some, rule)[name].Count);
        Assert.InRange(Latents(tallies), 1, Latents(tallies[0]) - 1);
        Assert.All(ViaGroups.Of(names, tallies, rule)["France"], latent => Assert.InRange(latent.Share, rule.LeastShare, 1));
    }

    [Fact]
    public void A_behaviour_that_takes_no_two_steps_is_refused()
    {
        using Model model = Model.Load(Folder);
        using CoderSet coders = CoderSet.Load(Path.Combine(Folder, "dictionaries", "clt"));
        string message = Assert.Throws<InputException>(() => TwoStepStudy.Run(
            model, coders, TinyworldFolder.LoadWorld(Folder), new TwoStepRequest { Behaviour = "induction" })).Message;
        Assert.Contains("\"induction\" is no two-step fact; those are two-step", message, StringComparison.Ordinal);
    }
}
