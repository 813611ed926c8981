using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class LatentInterventionTests
{
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("gemma2")]
    public void Open_ended_changes_are_made_at_new_positions_and_what_follows_is_what_a_whole_run_gives(string family)
    {
        using Model model = TinyTraced.Model(family);
        using CoderSet set = TinyTraced.Set(model, crossLayer: true, skips: false, "hook_resid_mid", "hook_mlp_out");
        LatentInterventions interventions = new(new TranscoderSites(model, set));
        LatentIntervention open = new(1, 4, 2, null, 5), closed = LatentIntervention.At(0, 3, 1, 4);
        NewToken[] added = [.. interventions.Generate(
            TinyTraced.Tokens, [closed, open], new() { MaxNewTokens = 4, StopTokens = [] }, LatentRules.Unfrozen)];
        Assert.Equal(4, added.Length);
        // Nothing is held, so each step is a run of all tokens so far as one prompt.
        List<int> sequence = [.. TinyTraced.Tokens];
        foreach (NewToken token in added)
        {
            using LatentRun run = interventions.Run(sequence, [closed, open], LatentRules.Unfrozen);
            Assert.Equal(run.Run.Top(1)[0], (token.Token, token.Logit));
            Assert.Contains(run.Plan.Interventions, i => i.At.Positions!.Value.Last == sequence.Count - 1);
            sequence.Add(token.Token);
        }
    }

    [Fact]
    public void Without_changes_generation_is_the_models_own()
    {
        using Model model = TinyTraced.Model("gpt2");
        using CoderSet set = TinyTraced.Set(model, crossLayer: false, skips: false, "hook_resid_mid", "hook_mlp_out");
        LatentInterventions interventions = new(new TranscoderSites(model, set));
        Generation how = new() { MaxNewTokens = 5, Temperature = 1, Seed = 3, StopTokens = [] };
        Assert.Equal(
            model.Generate(new TokenBatch([TinyTraced.Tokens]), how).Select(t => t.Token),
            interventions.Generate(TinyTraced.Tokens, [], how).Select(t => t.Token));
    }

    [Fact]
    public void Constrained_layers_let_nothing_react_inside_them_and_change_nothing_outside()
    {
        using Model model = TinyTraced.Model("gpt2");
        using CoderSet set = TinyTraced.Set(model, crossLayer: false, skips: false, "hook_resid_mid", "hook_mlp_out");
        LatentInterventions interventions = new(new TranscoderSites(model, set));
        LatentIntervention first = LatentIntervention.At(0, 2, 1, 6), second = LatentIntervention.At(1, 2, 1, 6);
        using LatentRun both = interventions.Run(TinyTraced.Tokens, [first, second], LatentRules.Constrained(0, 1, 3));
        using LatentRun outside = interventions.Run(TinyTraced.Tokens, [first, second], LatentRules.Constrained(1, 1, 3));
        using LatentRun one = interventions.Run(TinyTraced.Tokens, [second], LatentRules.Constrained(1, 1, 3));
        Assert.Equal(one.Logits.Data.ToArray(), outside.Logits.Data.ToArray());
        Assert.Contains(both.Plan.Interventions, i => i is Freeze && i.At == Site.MlpOut.At(1));
        Assert.DoesNotContain(both.Plan.Interventions, i => i is Freeze && i.At == Site.MlpOut.At(2));
        // The second change starts from the prompt's own activation, not from what the first one made of it.
        Add change = Assert.Single(both.Plan.Interventions.OfType<Add>(), i => i.At.Layer == 1);
        Assert.Equal(Assert.Single(one.Plan.Interventions.OfType<Add>()).Direction, change.Direction);
    }

    [Fact]
    public void The_plan_of_a_run_is_data_that_does_it_again()
    {
        using Model model = TinyTraced.Model("llama");
        using CoderSet set = TinyTraced.Set(model, crossLayer: true, skips: false, "ln2.hook_normalized", "hook_mlp_out");
        LatentInterventions interventions = new(new TranscoderSites(model, set));
        using LatentRun run = interventions.Run(TinyTraced.Tokens, [new(0, 1, 1, 3, 2), LatentIntervention.At(1, 5, -1 + 6, 3)]);
        Plan plan = Plan.FromJson(run.Plan.ToJson());
        TokenBatch tokens = new([TinyTraced.Tokens]);
        using Run original = model.Run(tokens, new Plan { Record = [.. Enumerable.Range(0, 3).Select(l => Site.Pattern.At(l))] });
        using Run again = model.Run(tokens, plan, new Dictionary<string, Recording> { ["original"] = original.Recording });
        Assert.Equal(run.Logits.Data.ToArray(), again.Logits.Data.ToArray());
    }

    [Theory]
    [InlineData("3.117@5=0")]
    [InlineData("0.0@-1=2.5")]
    [InlineData("3.117@5..8=-1")]
    [InlineData("3.117@-3..-1=1E-05")]
    [InlineData("3.117@5..=0")]
    public void The_text_form_is_read_and_written(string text) =>
        Assert.Equal(text, LatentIntervention.Parse(text).ToString());

    [Theory]
    [InlineData("3.117@5")]
    [InlineData("3@5=0")]
    [InlineData("3.117@8..5=0")]
    [InlineData("3.117@5=NaN")]
    [InlineData("-3.117@5=0")]
    public void Other_text_is_refused(string text) => Assert.Throws<InputException>(() => LatentIntervention.Parse(text));

    [Fact]
    public void What_is_not_there_is_refused_by_name()
    {
        using Model model = TinyTraced.Model("gpt2");
        using CoderSet set = TinyTraced.Set(model, crossLayer: false, skips: false, "hook_resid_mid", "hook_mlp_out");
        LatentInterventions interventions = new(new TranscoderSites(model, set));
        Assert.All(new[] { ("3.0@1=0", "layers 0..2"), ("0.10@1=0", "latents 0..9"), ("0.1@6=0", "positions 0..5"),
            ("0.1@4..7=0", "positions 0..5"), ("0.1@-7=0", "positions 0..5") },
            bad => Assert.Contains(bad.Item2, Assert.Throws<InputException>(() =>
                interventions.Run(TinyTraced.Tokens, [LatentIntervention.Parse(bad.Item1)])).Message));
        Assert.Contains("layers 0..2", Assert.Throws<InputException>(() => LatentRules.Constrained(1, 3, 3)).Message);
        Assert.Contains("names", Assert.Throws<InputException>(() => Unnamed(model)).Message.Replace("name ", "names "));
        using Model other = Made.Tiny();
        Assert.Contains("2", Assert.Throws<InputException>(() => new TranscoderSites(other, set)).Message);
    }

    static TranscoderSites Unnamed(Model model)
    {
        using CoderSet set = TinyTraced.Set(model, crossLayer: false, skips: false, "hook_resid_mid", "hook_mlp_out");
        return new TranscoderSites(model, new CoderSet([.. set.Coders.Select(c => new SparseCoder(
            c.Config with { Inputs = [new(null, 12)] }, c.Weights))]));
    }
}
