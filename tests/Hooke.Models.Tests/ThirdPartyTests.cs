using System.Text.Json;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests;

/// <summary>Models that others trained or published, against the values that they, or a float64 run, give.</summary>
public sealed class ThirdPartyTests
{
    // Relative: float32 through three to five layers against float64, the bar of the issue.
    const double Tolerance = 1e-5;

    [FixtureTheory]
    [InlineData("stories260K", "reference_activations")]
    [InlineData("nano_gpt_sort", "reference_activations")]
    [InlineData("nano_gpt_sort", "full_activations")]
    [InlineData("tiny_random_gpt2", "full_activations")]
    public void Every_recorded_activation_is_the_documented_one(string name, string file)
    {
        using Model model = Load(name);
        using Reference reference = new(Fixtures.ThirdParty("models", name, $"{file}.safetensors"));
        string[] names = [.. reference.Names.Where(n => n is not "input_ids" and not "probs")];
        TokenBatch tokens = name == "stories260K" ? new([[1, 403, 407, 261, 378]]) : reference.Tokens();
        using Run run = model.Run(tokens, new Plan { Record = [.. names.Select(Address.Parse)] });
        foreach (string site in names)
        {
            using Tensor found = Documented(model, site, run[Address.Parse(site)]);
            double difference = Reference.Difference(found.Data, reference[site]);
            Assert.True(difference <= Tolerance, $"{site} differs by {difference:g3}");
        }
    }

    [FixtureFact]
    public void Stories_continues_six_prompts_as_documented_and_gives_the_documented_logits()
    {
        using Model model = Load("stories260K");
        using JsonDocument expected = Expected("stories260K");
        foreach (JsonElement prompt in expected.RootElement.GetProperty("greedy").EnumerateArray())
        {
            List<int> tokens = [.. Ids(prompt.GetProperty("prompt_ids"))];
            // 40 of up to 256 tokens; the smallest gap between best and second on the path is 0.004, the error of a logit 1e-5.
            int[] ids = [.. Ids(prompt.GetProperty("new_ids")).Take(40)];
            foreach (int id in ids)
            {
                Assert.Equal(id, Next(model, tokens));
                tokens.Add(id);
            }
            Assert.Equal(Ids(prompt.GetProperty("prompt_ids")),
                model.Tokenizer.Encode(prompt.GetProperty("prompt").GetString()!));
        }
        JsonElement logits = expected.RootElement.GetProperty("logits");
        using Run run = model.Run(new TokenBatch([Ids(logits.GetProperty("ids"))]));
        foreach ((JsonElement position, int row) in logits.GetProperty("positions").EnumerateArray().Select((p, i) =>
            (p, i)))
            Assert.True(Reference.Difference(
                run.Logits.Data.Slice(position.GetInt32() * 512, 512),
                    Floats(logits.GetProperty("values")[row])) < Tolerance);
    }

    [FixtureFact]
    public void Stories_has_the_documented_loss_at_every_token()
    {
        using Model model = Load("stories260K");
        using JsonDocument expected = Expected("stories260K");
        JsonElement loss = expected.RootElement.GetProperty("next_token_nll");
        int[] ids = Ids(loss.GetProperty("ids"));
        Assert.Equal(ids, model.Tokenizer.Encode(loss.GetProperty("text").GetString()!));
        using Run run = model.Run(new TokenBatch([ids]));
        float[] nats = Floats(loss.GetProperty("nats_per_target"));
        Assert.Equal(ids.Length - 1, nats.Length);
        for (int p = 0; p < nats.Length; p++)
        {
            float[] row = run.Logits.Data.Slice(p * 512, 512).ToArray();
            double found = Math.Log(row.Sum(l => Math.Exp((double)l - row.Max()))) + row.Max() - row[ids[p + 1]];
            Assert.Equal(nats[p], found, 1e-4); // a logit of size 10 is good to 1e-5 relative
        }
    }

    [FixtureFact]
    public void Stories_tokenizes_as_documented()
    {
        using Model model = Load("stories260K");
        using JsonDocument expected = Expected("stories260K");
        JsonElement[] cases = [.. expected.RootElement.GetProperty("tokenizer").GetProperty("cases").EnumerateArray()];
        Assert.NotEmpty(cases);
        Assert.All(cases, c => Assert.Equal(Ids(c.GetProperty("ids")),
            model.Tokenizer.Encode(c.GetProperty("text").GetString()!)));
    }

    [FixtureFact]
    public void The_sorter_sorts_all_729_inputs()
    {
        using Model model = Load("nano_gpt_sort");
        int[][] inputs = [.. Enumerable.Range(0, 729).Select(n =>
            (int[])[.. Enumerable.Range(0, 6).Select(i => n / (int)Math.Pow(3, i) % 3)])];
        List<int>[] tokens = [.. inputs.Select(i => i.ToList())];
        for (int step = 0; step < 6; step++)
        {
            using Run run = model.Run(new TokenBatch(tokens), new Plan { LastLogitsOnly = true });
            for (int b = 0; b < tokens.Length; b++)
                tokens[b].Add(run.Top(1, b)[0].Token);
        }
        Assert.All(tokens.Zip(inputs), t => Assert.Equal(t.Second.Order(), t.First.Skip(6)));
    }

    [FixtureFact]
    public void The_random_gpt2_gives_the_vendors_logits_and_continuations()
    {
        using Model model = Load("tiny_random_gpt2");
        using JsonDocument expected = Expected("tiny_random_gpt2");
        int[][] prompts = [.. expected.RootElement.GetProperty("input_ids").EnumerateArray().Select(Ids)];
        JsonElement documented = expected.RootElement.GetProperty("documented");
        using (Run run = model.Run(new TokenBatch(prompts)))
        {
            float[] every200th = Floats(documented.GetProperty("every_200th_logit"));
            Assert.Equal(40, every200th.Length);
            for (int i = 0; i < 40; i++)
                Assert.Equal(every200th[i], run.Logits.Data[i * 200], 1e-6); // the vendor prints eight digits
            for (int b = 0; b < 2; b++)
                Assert.True(Reference.Difference(
                    run.LastLogits(b), Floats(expected.RootElement.GetProperty("logits_last_position")[b])) < Tolerance);
        }
        foreach ((int[] prompt, JsonElement greedy) in prompts.Zip(
            documented.GetProperty("greedy_max_length_10").EnumerateArray()))
        {
            List<int> tokens = [.. prompt];
            while (tokens.Count < 10)
                tokens.Add(Next(model, tokens));
            Assert.Equal(Ids(greedy), tokens);
        }
    }

    static Model Load(string name) => Model.Load(Fixtures.ThirdParty("models", name));

    static JsonDocument Expected(string name) =>
        JsonDocument.Parse(File.ReadAllText(Fixtures.ThirdParty("models", name, "expected.json")));

    static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];

    static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];

    static int Next(Model model, IReadOnlyList<int> tokens)
    {
        using Run run = model.Run(new TokenBatch([tokens]), new Plan { LastLogitsOnly = true });
        return run.Top(1)[0].Token;
    }

    // These files hold a norm's output after its gain and bias, TransformerLens and Hooke have it before.
    static Tensor Documented(Model model, string site, Tensor found)
    {
        Tensor same = found.Clone();
        if (!site.EndsWith("hook_normalized", StringComparison.Ordinal))
            return same;
        string norm = site[..^".hook_normalized".Length];
        Tensor gain = model.Weights[$"{norm}.w"];
        for (int i = 0; i < same.Data.Length; i++)
            same.Data[i] = (same.Data[i] * gain.Data[i % gain.Data.Length])
                + (model.Config.IsLayerNorm ? model.Weights[$"{norm}.b"].Data[i % gain.Data.Length] : 0);
        return same;
    }
}
