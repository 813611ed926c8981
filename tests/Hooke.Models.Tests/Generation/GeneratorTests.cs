using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Generating;

/// <summary>Tokens added with keys and values kept are those of running the whole sequence again at every step.</summary>
public sealed class GeneratorTests
{
    const int New = 12;
    const string Other = "other";

    static readonly int[] Lengths = [3, 7, 1, 5];

    static readonly int[] Everlasting = []; // no stop token

    [Theory]
    [InlineData("gpt2"), InlineData("llama")]
    public void A_cached_step_is_byte_for_byte_the_whole_run_and_a_prompt_is_alone_in_its_batch(string family)
    {
        using Model model = Roomy(family);
        TokenBatch prompts = TinyModels.Batch(3, Lengths);
        Generation how = new() { MaxNewTokens = New, StopTokens = Everlasting };
        NewToken[] together = [.. model.Generate(prompts, how)];
        Assert.Equal(Lengths.Length * New, together.Length);
        for (int b = 0; b < prompts.Count; b++)
        {
            NewToken[] own = [.. together.Where(t => t.Prompt == b)];
            Assert.Equal(Recomputed(model, prompts.Prompt(b).ToArray(), New, Plan.Empty), own.Select(Bytes));
            Assert.Equal(own.Select(Bytes), model.Generate(new([prompts.Prompt(b).ToArray()]), how).Select(Bytes));
        }
    }

    // Long enough that windows of 6 and 8 tokens slide.
    [Theory]
    [InlineData("gpt_neo_windows"), InlineData("gpt_neox"), InlineData("gpt_neox_sequential"), InlineData("llama3_rope")]
    [InlineData("mistral"), InlineData("qwen2_windows"), InlineData("qwen3"), InlineData("gemma"), InlineData("gemma2")]
    [InlineData("gemma3_text"), InlineData("gemma3_text_ropescaled"), InlineData("tl_attn_only_random"), InlineData("tl_shortformer")]
    public void Every_family_s_cached_steps_are_byte_for_byte_whole_runs(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        TokenBatch prompts = TinyModels.Batch(3, 3, 11, 7);
        Plan plan = new() { Interventions = [new Scale(Site.V.At(1).AtPosition(4), -2), new ZeroAblate(Site.Z.At(0).AtHead(1))] };
        NewToken[] together = [.. model.Generate(
            prompts, new Generation { MaxNewTokens = New, StopTokens = Everlasting }, plan)];
        for (int b = 0; b < prompts.Count; b++)
            Assert.Equal(Recomputed(model, prompts.Prompt(b).ToArray(), New, plan),
                together.Where(t => t.Prompt == b).Select(Bytes));
    }

    [Theory]
    [InlineData("gpt2"), InlineData("llama")]
    public void Interventions_hold_at_old_and_new_positions_as_in_a_whole_run(string family)
    {
        using Model model = Roomy(family);
        int[] prompt = TinyModels.Batch(3, 5).Prompt(0).ToArray();
        float[] unchanged = [.. Greedy(model, prompt, New).Select(t => t.Logit)];
        foreach (string text in new[]
        {
            "blocks.0.hook_resid_pre", "blocks.1.hook_resid_mid:pos=9", "blocks.1.hook_mlp_out:pos=2..4",
            "blocks.1.hook_resid_post", "blocks.0.attn.hook_v:head=1", "blocks.0.hook_resid_pre:pos=15",
        })
        {
            Address at = Address.Parse(text);
            int width = at.Head is null ? 8 : 4;
            Plan plan = new() { Interventions = [new Add(at, [.. Enumerable.Range(1, width).Select(i => i % 3 - 1f)], 4)] };
            NewToken[] found = Greedy(model, prompt, New, plan);
            Assert.Equal(Recomputed(model, prompt, New, plan), found.Select(Bytes));
            Assert.NotEqual(unchanged, found.Select(t => t.Logit));
        }
    }

    [Theory]
    [InlineData("gpt2"), InlineData("llama")]
    public void Every_kind_of_intervention_is_byte_for_byte_that_of_whole_runs(string family)
    {
        using Model model = Roomy(family);
        int[] prompt = TinyModels.Batch(3, 4).Prompt(0).ToArray();
        TokenBatch otherTokens = TinyModels.Batch(8, 4 + New - 1);
        Address z = Site.Z.At(1).AtHead(1);
        using Run other = model.Run(otherTokens, new Plan { Record = [z.Whole, Site.MlpOut.At(0), Site.ResidPre.At(1)] });
        Dictionary<string, Recording> sources = new() { [Other] = other.Recording };
        Intervention[] kinds =
        [
            new Scale(Site.Pattern.At(0).AtHead(1), 0.5f), new ZeroAblate(Site.Pattern.At(1).AtHead(0).AtPosition(6)),
            new ZeroAblate(z), new Replace(Site.K.At(1).AtPosition(3), [1, -1, 2, 0.5f]),
            new Patch(z, Other), new Freeze(Site.MlpOut.At(0), Other), new Patch(Site.ResidPre.At(1).AtPosition(2), Other),
            new MeanAblate(Site.MlpOut.At(0), Other), new Scale(Site.LnFinalScale.At(), 2),
            new Scale(Site.Logits.At(), -1), new Add(Site.MlpPre.At(1), [.. Enumerable.Repeat(1f, 12)], 2),
        ];
        foreach (Intervention kind in kinds)
        {
            Plan plan = new() { Interventions = [kind] };
            Generation how = new() { MaxNewTokens = New, StopTokens = Everlasting };
            Assert.Equal(Recomputed(model, prompt, New, plan, otherTokens),
                model.Generate(new([prompt]), how, plan, sources).Select(Bytes));
        }
    }

    [Fact]
    public void A_head_s_own_stream_can_be_changed_while_generating()
    {
        using Model model = Roomy("gpt2");
        int[] prompt = TinyModels.Batch(3, 4).Prompt(0).ToArray();
        Plan plan = new() { Interventions = [new Scale(Site.QInput.At(1).AtHead(0), 3)] };
        Assert.Equal(Recomputed(model, prompt, New, plan), Greedy(model, prompt, New, plan).Select(Bytes));
    }

    [Fact]
    public void A_negative_position_counts_from_the_end_of_each_prompt()
    {
        using Model model = Roomy("gpt2");
        TokenBatch prompts = TinyModels.Batch(3, Lengths);
        Plan Of(string at) => new()
        {
            Interventions = [new ZeroAblate(Address.Parse($"blocks.0.hook_mlp_out:pos={at}")),
                new ZeroAblate(Address.Parse($"blocks.1.attn.hook_z:head=1:pos={at}"))],
        };
        Generation how = new() { MaxNewTokens = New, StopTokens = Everlasting };
        NewToken[] together = [.. model.Generate(prompts, how, Of("-1"))];
        for (int b = 0; b < prompts.Count; b++)
            Assert.Equal(
                model.Generate(new([prompts.Prompt(b).ToArray()]), how, Of($"{Lengths[b] - 1}")).Select(Bytes),
                together.Where(t => t.Prompt == b).Select(Bytes));
    }

    [Fact]
    public void A_sequence_ends_with_its_stop_token_and_the_others_go_on_unchanged()
    {
        using Model model = Roomy("llama");
        TokenBatch prompts = TinyModels.Batch(3, Lengths);
        Generation how = new() { MaxNewTokens = New, StopTokens = Everlasting };
        NewToken[] all = [.. model.Generate(prompts, how)];
        int stop = all.First(t => t is { Prompt: 1, Step: 4 }).Token;
        NewToken[] stopped = [.. model.Generate(prompts, how with { StopTokens = [stop] })];
        for (int b = 0; b < prompts.Count; b++)
        {
            NewToken[] own = [.. all.Where(t => t.Prompt == b)];
            int end = Array.FindIndex(own, t => t.Token == stop);
            Assert.Equal(end < 0 ? own : own[..(end + 1)], stopped.Where(t => t.Prompt == b));
        }
        Assert.True(stopped.Length < all.Length);
    }

    [Fact]
    public void What_is_drawn_depends_on_seed_prompt_s_place_and_step_alone()
    {
        using Model model = Roomy("gpt2");
        TokenBatch prompts = TinyModels.Batch(3, 3, 7), others = TinyModels.Batch(4, 9, 2, 4);
        TokenBatch mixed = new([others.Prompt(0).ToArray(), prompts.Prompt(1).ToArray(), others.Prompt(2).ToArray()]);
        Generation how = new()
        {
            MaxNewTokens = New,
            Temperature = 1.5f,
            TopK = 8,
            TopP = 0.95f,
            Seed = 5,
            StopTokens = Everlasting,
        };
        NewToken[] first = [.. model.Generate(prompts, how)];
        Assert.Equal(first, model.Generate(prompts, how));
        Assert.Equal(first.Where(t => t.Prompt == 1), model.Generate(mixed, how).Where(t => t.Prompt == 1));
        Assert.NotEqual(first, model.Generate(prompts, how with { Seed = 6 }));
        int threads = Work.Threads;
        try
        {
            Work.Threads = 5;
            Assert.Equal(first, model.Generate(prompts, how));
        }
        finally
        {
            Work.Threads = threads;
        }
    }

    static Model Roomy(string family) =>
        TinyModels.Random((family == "gpt2" ? TinyModels.Gpt2Config : TinyModels.LlamaConfig) with { NCtx = 32 });

    static NewToken[] Greedy(Model model, int[] prompt, int count, Plan? plan = null) =>
        [.. model.Generate(new([prompt]), new Generation { MaxNewTokens = count, StopTokens = Everlasting }, plan)];

    static (int Step, int Token, int Logit) Bytes(NewToken token) =>
        (token.Step, token.Token, BitConverter.SingleToInt32Bits(token.Logit));

    // The whole sequence is run again at every step, with those interventions whose positions it has already; another
    // run's values come from that run cut off at the same length.
    static IEnumerable<(int Step, int Token, int Logit)> Recomputed(
        Model model, int[] prompt, int count, Plan plan, TokenBatch? other = null)
    {
        List<int> tokens = [.. prompt];
        for (int step = 0; step < count; step++)
        {
            Intervention[] now = [.. plan.Interventions.Where(i => i.At.Positions is not { } p || p.First < tokens.Count)];
            Dictionary<string, Recording> sources = [];
            // A mean is over all of the other run.
            int length = now.Any(i => i is MeanAblate) ? other!.Positions : tokens.Count;
            using Run? source = other is null ? null : model.Run(new TokenBatch([other.Prompt(0)[..length].ToArray()]), new Plan
            {
                Record = [.. now.Where(i => i is Patch or Freeze or MeanAblate).Select(i => i.At.Whole).Distinct()],
            });
            if (source is not null)
                sources[Other] = source.Recording;
            using Run run = model.Run(new TokenBatch([tokens]), new Plan { Interventions = now }, sources);
            (int token, float logit) = run.Top(1)[0];
            tokens.Add(token);
            yield return (step, token, BitConverter.SingleToInt32Bits(logit));
        }
    }
}
