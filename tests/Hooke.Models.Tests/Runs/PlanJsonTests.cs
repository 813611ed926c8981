using Hooke.Tensors;

namespace Hooke.Models.Tests.Runs;

public sealed class PlanJsonTests
{
    [Fact]
    public void Plans_of_every_kind_of_intervention_are_read_back_from_json()
    {
        Draws draws = new Rng(5).Draw();
        HashSet<Type> kinds = [];
        for (int i = 0; i < 500; i++)
        {
            Plan plan = new()
            {
                Record = [.. Enumerable.Range(0, draws.Below(4)).Select(_ => RandomAddress(draws))],
                Interventions = [.. Enumerable.Range(0, draws.Below(5)).Select(_ => RandomIntervention(draws))],
                LastLogitsOnly = draws.Chance(0.5),
            };
            kinds.UnionWith(plan.Interventions.Select(v => v.GetType()));
            string json = plan.ToJson();
            Plan back = Plan.FromJson(json);
            Assert.Equal(json, back.ToJson());
            Assert.Equal(plan.Record, back.Record);
            Assert.Equal(plan.LastLogitsOnly, back.LastLogitsOnly);
            Assert.Equal(plan.Interventions.Select(Numbers), back.Interventions.Select(Numbers));
            Assert.Equal(plan.Interventions.Select(v => (v.GetType(), v.At, v.Prompts)),
                back.Interventions.Select(v => (v.GetType(), v.At, v.Prompts)));
        }
        Assert.Equal(typeof(Intervention).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(Intervention))),
            kinds.Count);
    }

    [Fact]
    public void The_kind_of_an_intervention_may_stand_anywhere() => Assert.Equal(
        new Scale(Site.Embed.At(), 2), Assert.Single(
            Plan.FromJson("""{"interventions":[{"at":"hook_embed","factor":2,"kind":"scale"}]}""").Interventions));

    [Fact]
    public void The_json_of_a_plan_is_this() => Assert.Equal(
        """
        {"record":["logits"],"interventions":[{"kind":"scale","factor":0.5,"at":"blocks.0.attn.hook_z:head=1:pos=-1","prompts":"0..2"}],"last_logits_only":true}
        """,
        new Plan
        {
            Record = [Site.Logits.At()],
            Interventions = [new Scale(Site.Z.At(0).AtHead(1).AtPosition(-1),
                0.5f) { Prompts = new PositionRange(0, 2) }],
            LastLogitsOnly = true,
        }.ToJson());

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"records":[]}""")]
    [InlineData("""{"record":null}""")]
    [InlineData("""{"record":[null]}""")]
    [InlineData("""{"record":[3]}""")]
    [InlineData("""{"record":["hook_embd"]}""")]
    [InlineData("""{"interventions":[null]}""")]
    [InlineData("""{"interventions":[{"at":"hook_embed"}]}""")]
    [InlineData("""{"interventions":[{"kind":"erase","at":"hook_embed"}]}""")]
    [InlineData("""{"interventions":[{"kind":"zero_ablate"}]}""")]
    [InlineData("""{"interventions":[{"kind":"zero_ablate","at":null}]}""")]
    [InlineData("""{"interventions":[{"kind":"zero_ablate","at":"hook_embed","factor":2}]}""")]
    [InlineData("""{"interventions":[{"kind":"scale","at":"hook_embed"}]}""")]
    [InlineData("""{"interventions":[{"kind":"scale","at":"hook_embed","factor":"2"}]}""")]
    [InlineData("""{"interventions":[{"kind":"patch","at":"hook_embed","from":null}]}""")]
    [InlineData("""{"interventions":[{"kind":"zero_ablate","at":"hook_embed","prompts":"2..1"}]}""")]
    [InlineData("""{"interventions":[{"kind":"zero_ablate","at":"hook_embed","prompts":"01"}]}""")]
    public void What_is_not_a_plan_is_refused(string json) => Assert.Throws<InputException>(() => Plan.FromJson(json));

    static IEnumerable<float> Numbers(Intervention made) => made switch
    {
        Replace replace => replace.With,
        Add add => [.. add.Direction, add.Strength],
        Scale scale => [scale.Factor],
        _ => [],
    };

    static Intervention RandomIntervention(Draws draws)
    {
        Address at = RandomAddress(draws);
        float[] vector = [.. Enumerable.Range(0, draws.Below(5)).Select(_ => (float)(draws.Uniform() - 0.5) * 1e-3f)];
        Intervention made = draws.Below(9) switch
        {
            0 => new Replace(at, vector),
            1 => new Add(at, vector, (float)draws.Uniform()),
            2 => new Scale(at, (float)draws.Uniform() * 1e20f),
            3 => new ZeroAblate(at),
            4 => new Patch(at, "a \"run\""),
            5 => new Freeze(at, "b"),
            6 => new MeanAblate(at, "c"),
            7 => new ResampleAblate(at, "é", ulong.MaxValue - (ulong)draws.Below(9)),
            _ => new Reroute(at, [RandomAddress(draws), RandomAddress(draws)], "d"),
        };
        return draws.Chance(0.3) ? made with { Prompts = new PositionRange(draws.Below(3), 3 + draws.Below(3)) } : made;
    }

    static Address RandomAddress(Draws draws)
    {
        Site site = draws.Pick(Site.All);
        return new(site, site.IsPerLayer ? draws.Below(9) : null, site.HasHeads && draws.Chance(0.5)
            ? draws.Below(9) : null,
            draws.Chance(0.5) ? new PositionRange(-1 - draws.Below(3), -1) : null);
    }
}
