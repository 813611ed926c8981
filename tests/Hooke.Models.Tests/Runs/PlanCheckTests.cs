using Hooke.Tensors;

namespace Hooke.Models.Tests.Runs;

public sealed class PlanCheckTests : IDisposable
{
    static readonly float[] Ones = [.. Enumerable.Repeat(1f, 8)];

    readonly Model _gpt2 = TinyModels.Gpt2();
    readonly Model _llama = TinyModels.Llama();
    readonly Dictionary<string, Recording> _sources = [];
    readonly List<Run> _runs = [];

    public PlanCheckTests()
    {
        Plan everything = new() { Record = TinyModels.Everything(_gpt2.Config) };
        Keep("same", _gpt2.Run(TinyModels.Batch(2, 4, 6), everything));
        Keep("itself", _gpt2.Run(TinyModels.Batch(1, 4, 6), everything));
        Keep("longer", _gpt2.Run(TinyModels.Batch(2, 7, 6), everything));
        Keep("swapped", _gpt2.Run(TinyModels.Batch(2, 6, 4), everything));
        Keep("three", _gpt2.Run(TinyModels.Batch(2, 4, 6, 6), everything));
        Keep("little", _gpt2.Run(TinyModels.Batch(2, 4, 6), new Plan { Record = [Site.Embed.At()] }));
        Keep("last", _gpt2.Run(TinyModels.Batch(2, 4, 6),
            new Plan { Record = [Site.Logits.At()], LastLogitsOnly = true }));
        Keep("llama", _llama.Run(TinyModels.Batch(2, 4, 6), new Plan { Record = [Site.Z.At(0)] }));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { """{"kind":"zero_ablate","at":"blocks.2.hook_mlp_out"}""", "layers 0..1" },
        { """{"kind":"zero_ablate","at":"blocks.1.attn.hook_z:head=2"}""", "heads 0..1" },
        { """{"kind":"zero_ablate","at":"blocks.0.attn.hook_rot_q"}""", "no rotary embedding" },
        { """{"kind":"zero_ablate","at":"blocks.0.mlp.hook_pre_linear"}""", "no gated MLP" },
        { """{"kind":"zero_ablate","at":"hook_embed:pos=6"}""", "positions 0..5" },
        { """{"kind":"zero_ablate","at":"hook_embed:pos=-9..-7"}""", "positions 0..5" },
        { """{"kind":"zero_ablate","at":"hook_embed","prompts":"2..3"}""", "prompts 0..1" },
        { """{"kind":"zero_ablate","at":"hook_embed:pos=5","prompts":"0"}""", "too short" },
        { """{"kind":"zero_ablate","at":"hook_embed:pos=4..6"}""", "positions 0..5" },
        { """{"kind":"zero_ablate","at":"hook_embed:pos=-7..-1"}""", "positions 0..5" },
        { """{"kind":"zero_ablate","at":"hook_embed","prompts":"1..2"}""", "prompts 0..1" },
        { """{"kind":"zero_ablate","at":"hook_embed","prompts":"-3..-1"}""", "prompts 0..1" },
        { """{"kind":"zero_ablate","at":"blocks.0.attn.hook_attn_scores"}""", "see later keys" },
        { """{"kind":"scale","at":"blocks.0.attn.hook_attn_scores","factor":-1}""", "see later keys" },
        { """{"kind":"scale","at":"blocks.0.attn.hook_attn_scores","factor":0}""", "see later keys" },
        { """{"kind":"zero_ablate","at":"blocks.0.ln1.hook_scale"}""", "cannot be zero" },
        { """{"kind":"scale","at":"ln_final.hook_scale","factor":0}""", "cannot be zero" },
        { """{"kind":"patch","at":"hook_embed","from":"itself"}""", "what this run has" },
        { """{"kind":"freeze","at":"blocks.0.attn.hook_pattern","to":"itself"}""", "what this run has" },
        { """{"kind":"reroute","at":"blocks.1.hook_mlp_in","sources":["blocks.0.hook_mlp_out"],"from":"itself"}""", "what this run has" },
        { """{"kind":"scale","at":"hook_embed","factor":1}""", "changes nothing" },
        { """{"kind":"add","at":"hook_embed","direction":[0,0,0,0,0,0,0,0]}""", "changes nothing" },
        { """{"kind":"add","at":"hook_embed","direction":[1,1,1,1,1,1,1,1],"strength":0}""", "changes nothing" },
        { """{"kind":"add","at":"hook_embed","direction":[1,1,1]}""", "8 wide, and 3" },
        { """{"kind":"replace","at":"blocks.0.attn.hook_z","with":[1,1,1,1,1]}""", "4 wide, and 5" },
        { """{"kind":"replace","at":"blocks.0.mlp.hook_post","with":[]}""", "12 wide, and 0" },
        { """{"kind":"replace","at":"blocks.0.attn.hook_pattern","with":[1]}""", "no constant values" },
        { """{"kind":"patch","at":"hook_embed","from":"absent"}""", "'absent', which was not given" },
        { """{"kind":"patch","at":"blocks.0.hook_mlp_out","from":"little"}""", "has not recorded blocks.0.hook_mlp_out" },
        { """{"kind":"patch","at":"hook_embed","from":"longer"}""", "equal lengths" },
        { """{"kind":"patch","at":"hook_embed","from":"swapped"}""", "equal lengths" },
        { """{"kind":"patch","at":"hook_embed","from":"three"}""", "equal lengths" },
        { """{"kind":"freeze","at":"hook_embed","to":"longer"}""", "equal lengths" },
        { """{"kind":"patch","at":"logits","from":"last"}""", "only at each prompt's last token" },
        { """{"kind":"patch","at":"blocks.0.attn.hook_z","from":"llama"}""", "another model's" },
        { """{"kind":"mean_ablate","at":"blocks.0.attn.hook_pattern","of":"same"}""", "no mean over positions" },
        { """{"kind":"resample_ablate","at":"hook_embed","from":"three","seed":1}""", "equal lengths" },
        { """{"kind":"resample_ablate","at":"blocks.0.attn.hook_pattern","from":"same","seed":1}""", "equal lengths" },
        { """{"kind":"reroute","at":"blocks.0.hook_mlp_in","sources":["blocks.0.hook_mlp_out"],"from":"same"}""", "comes before blocks.0.hook_mlp_out" },
        { """{"kind":"reroute","at":"blocks.0.hook_q_input:head=0","sources":["blocks.0.attn.hook_result:head=0"],"from":"same"}""", "comes before" },
        { """{"kind":"reroute","at":"blocks.1.hook_q_input","sources":["blocks.0.hook_mlp_out"],"from":"same"}""", "is not a reader" },
        { """{"kind":"reroute","at":"blocks.0.hook_resid_post","sources":["blocks.0.hook_mlp_out"],"from":"same"}""", "is not a reader" },
        { """{"kind":"reroute","at":"blocks.1.hook_mlp_in","sources":["blocks.0.hook_attn_out"],"from":"same"}""", "is not a component" },
        { """{"kind":"reroute","at":"blocks.1.hook_mlp_in","sources":[],"from":"same"}""", "needs a component" },
        { """{"kind":"reroute","at":"blocks.1.hook_mlp_in:pos=0","sources":["blocks.0.hook_mlp_out"],"from":"same"}""", "takes no positions" },
        { """{"kind":"reroute","at":"blocks.1.hook_mlp_in","sources":["blocks.0.hook_mlp_out"],"from":"same","prompts":"0"}""", "for all prompts" },
    };

    public void Dispose()
    {
        _runs.ForEach(run => run.Dispose());
        _gpt2.Dispose();
        _llama.Dispose();
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_plan_that_cannot_be_carried_out_is_refused_by_name(string intervention, string because)
    {
        Plan plan = Plan.FromJson($$"""{"interventions":[{{intervention}}]}""");
        string refusal = Assert.Throws<InputException>(() =>
            _gpt2.Run(TinyModels.Batch(1, 4, 6), plan, _sources)).Message;
        Assert.Contains(because, refusal, StringComparison.Ordinal);
        Address[] named = [plan.Interventions[0].At, .. plan.Interventions[0] is Reroute reroute ? reroute.Sources : []];
        Assert.Contains(named, address => refusal.Contains(address.Whole.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_later_intervention_overwrites_is_refused_and_what_it_leaves_a_part_of_is_not()
    {
        string Twice(Intervention first, Intervention second) => Assert.Throws<InputException>(() => _gpt2.Run(
            TinyModels.Batch(1, 4, 6), new Plan { Interventions = [first, second] }, _sources)).Message;
        Address z = Site.Z.At(1);
        Assert.Contains("first at blocks.1.attn.hook_z:head=1 is overwritten",
            Twice(new Scale(z.AtHead(1), 2), new ZeroAblate(z)), StringComparison.Ordinal);
        Assert.Contains("first at blocks.1.attn.hook_z:pos=2 is overwritten",
            Twice(new ZeroAblate(z.AtPosition(2)), new ZeroAblate(z.AtPosition(2))), StringComparison.Ordinal);
        Assert.Contains("first at blocks.1.mlp.hook_post:neuron=3 is overwritten",
            Twice(new Scale(Site.MlpPost.At(1).AtNeuron(3), 0), new ZeroAblate(Site.MlpPost.At(1))), StringComparison.Ordinal);
        Reroute edge = new(Site.MlpIn.At(1), [Site.MlpOut.At(0)], "same");
        Assert.Contains("from blocks.0.hook_mlp_out into blocks.1.hook_mlp_in is cut twice",
            Twice(edge, edge), StringComparison.Ordinal);
        foreach ((Intervention first, Intervention second) in new (Intervention, Intervention)[]
        {
            (new Scale(z, 2), new ZeroAblate(z.AtHead(1))),
            (new ZeroAblate(z), new Add(z, [1, 1, 1, 1])),
            (new Scale(z, 2), new ZeroAblate(z) { Prompts = new(0, 0) }),
            (new ZeroAblate(z.AtPosition(1)), new ZeroAblate(z.AtPosition(2))),
        })
            _gpt2.Run(TinyModels.Batch(1, 4, 6), new Plan { Interventions = [first, second] }, _sources).Dispose();
    }

    [Fact]
    public void A_reference_run_of_the_same_prompts_is_of_use_once_something_before_it_was_changed()
    {
        Freeze freeze = new(Site.Pattern.At(0), "itself");
        Plan After(Intervention earlier) => new() { Interventions = [freeze, earlier] };
        _gpt2.Run(TinyModels.Batch(1, 4, 6), After(new Scale(Site.Embed.At(), 2)), _sources).Dispose();
        foreach (Intervention late in new Intervention[]
            { new Scale(Site.MlpOut.At(1), 2), new Scale(Site.Embed.At(), 2) { Prompts = new(0, 0) } })
            Assert.Contains("what this run has", Assert.Throws<InputException>(() => _gpt2.Run(TinyModels.Batch(1, 4, 6),
                After(late) with { Interventions = [late, freeze with { Prompts = new(1, 1) }] }, _sources)).Message,
                StringComparison.Ordinal);
        // A run that gradients are wanted of may hold anything, to keep gradients from going through it.
        (Run run, Recording gradients) = _gpt2.RunWithGradients(TinyModels.Batch(1, 4, 6),
            new Plan { Record = [Site.ResidPre.At(0)], Interventions = [freeze] }, r => r.Logits.Clone(), _sources);
        run.Dispose();
        gradients.Dispose();
        // What was put together by hand, or comes from another model of the same shapes, is taken as it is.
        using Model twin = TinyModels.Gpt2();
        using Run other = twin.Run(TinyModels.Batch(1, 4, 6), new Plan { Record = [Site.Pattern.At(0)] });
        using Run fine = _gpt2.Run(TinyModels.Batch(1, 4, 6), new Plan { Interventions = [freeze] },
            new Dictionary<string, Recording> { ["itself"] = other.Recording });
    }

    [Fact]
    public void Resampling_among_equal_prompts_is_refused()
    {
        TokenBatch equal = new([[1, 2, 3], [1, 2, 3]]);
        using Run source = _gpt2.Run(equal, new Plan { Record = [Site.Z.At(0)] });
        Assert.Contains("blocks.0.attn.hook_z among equal prompts", Assert.Throws<InputException>(() => _gpt2.Run(
            equal, new Plan { Interventions = [new ResampleAblate(Site.Z.At(0), "equal", 1)] },
            new Dictionary<string, Recording> { ["equal"] = source.Recording })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_none_are_refused()
    {
        Assert.Contains("not a finite number",
            Refusal(_gpt2, new Replace(Site.Embed.At(), [.. Ones[1..], float.NaN])), StringComparison.Ordinal);
        Assert.Contains("not a finite number",
            Refusal(_gpt2, new Add(Site.Embed.At(), [.. Ones[1..], float.PositiveInfinity])), StringComparison.Ordinal);
        Assert.Contains("not a finite number", Refusal(_gpt2, new Add(Site.Embed.At(), Ones, float.NaN)),
            StringComparison.Ordinal);
        Assert.Contains("NaN", Refusal(_gpt2, new Scale(Site.Embed.At(), float.NaN)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_heads_share_is_not_there_while_they_read_streams_of_their_own()
    {
        Plan Both(Site site) => new() { Record = [Site.QInput.At(1), site.At(1)] };
        foreach (Site site in new[] { Site.Ln1Scale, Site.Ln1Normalized })
            Assert.Contains("use two runs", Assert.Throws<InputException>(() =>
                _gpt2.Run(TinyModels.Batch(1, 4), Both(site))).Message, StringComparison.Ordinal);
        foreach (Site site in new[] { Site.K, Site.V, Site.RotK })
            Assert.Contains("use two runs", Assert.Throws<InputException>(() =>
                _llama.Run(TinyModels.Batch(1, 4), Both(site))).Message, StringComparison.Ordinal);
        using Run fine = _gpt2.Run(TinyModels.Batch(1, 4), Both(Site.K));
    }

    [Fact]
    public void Prompts_that_do_not_fit_the_model_are_refused()
    {
        Assert.Contains("9 tokens, the model's context 8",
            Assert.Throws<InputException>(() => _gpt2.Run(TinyModels.Batch(1, 9))).Message, StringComparison.Ordinal);
        Assert.Contains("9 tokens, the model's context 8",
            Assert.Throws<InputException>(() => _llama.Run(TinyModels.Batch(1, 9))).Message, StringComparison.Ordinal);
        foreach (int token in new[] { -1, 11, int.MaxValue })
            Assert.Contains($"token {token} does not exist", Assert.Throws<InputException>(
                () => _gpt2.Run(new TokenBatch([[1, token]]))).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new TokenBatch([]));
        Assert.Throws<InputException>(() => new TokenBatch([[1], []]));
    }

    [Fact]
    public void Sites_of_the_other_family_are_refused_when_recorded()
    {
        Assert.Contains("no position embedding", Assert.Throws<InputException>(
            () => _llama.Run(TinyModels.Batch(1, 4), new Plan { Record = [Site.PosEmbed.At()] })).Message,
                StringComparison.Ordinal);
        Assert.Contains("heads 0..1", Assert.Throws<InputException>(
            () => _llama.Run(TinyModels.Batch(1, 4), new Plan { Record = [Site.K.At(0).AtHead(2)] })).Message,
                StringComparison.Ordinal);
        Assert.Contains("was not recorded", Assert.Throws<InputException>(() => _runs[0][Site.QInput.At(0)]).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_computed_only_at_the_last_token_is_not_changed()
    {
        Plan plan = new() { Interventions = [new Scale(Site.Logits.At().AtPosition(-1), 2)], LastLogitsOnly = true };
        Assert.Contains("only at each prompt's last token", Assert.Throws<InputException>(
            () => _gpt2.Run(TinyModels.Batch(1, 4), plan)).Message, StringComparison.Ordinal);
        using Run all = _gpt2.Run(TinyModels.Batch(1, 4), plan with { LastLogitsOnly = false });
    }

    string Refusal(Model model, Intervention made) => Assert.Throws<InputException>(
        () => model.Run(TinyModels.Batch(1, 4, 6), new Plan { Interventions = [made] }, _sources)).Message;

    void Keep(string name, Run run)
    {
        _runs.Add(run);
        _sources[name] = run.Recording;
    }
}
