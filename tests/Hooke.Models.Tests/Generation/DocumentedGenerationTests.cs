using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Models.Tests.Generating;

/// <summary>Continuations that others document, token for token.</summary>
public sealed class DocumentedGenerationTests
{
    [FixtureFact]
    public void Stories_goes_on_for_256_tokens_as_documented_each_prompt_alone_and_all_at_once()
    {
        using Model model = Model.Load(Fixtures.ThirdParty("models", "stories260K"));
        using JsonDocument expected =
            JsonDocument.Parse(File.ReadAllText(Fixtures.ThirdParty("models", "stories260K", "expected.json")));
        JsonElement[] cases = [.. expected.RootElement.GetProperty("greedy").EnumerateArray()];
        TokenBatch all = new([.. cases.Select(c => Ids(c.GetProperty("prompt_ids")))]);
        Generation how = new() { MaxNewTokens = 256, StopTokens = [1] };
        NewToken[] together = [.. model.Generate(all, how)];
        for (int b = 0; b < cases.Length; b++)
        {
            int[] documented = Ids(cases[b].GetProperty("new_ids"));
            int[] own = [.. together.Where(t => t.Prompt == b).Select(t => t.Token)];
            Assert.Equal(documented, own[..documented.Length]);
            Assert.Equal(documented, model.Generate(new([all.Prompt(b).ToArray()]), how with { MaxNewTokens = documented.Length })
                .Select(t => t.Token));
        }
        string text = string.Concat(model.GenerateText(
            cases[0].GetProperty("prompt").GetString()!, new() { MaxNewTokens = 200, StopTokens = [1] }));
        Assert.Equal(expected.RootElement.GetProperty("documented_greedy_text_first_200_new_tokens").GetString(), text);
    }

    [FixtureFact]
    public void The_random_gpt2_goes_on_as_its_vendor_documents()
    {
        using Model model = Model.Load(Fixtures.ThirdParty("models", "tiny_random_gpt2"));
        using JsonDocument expected =
            JsonDocument.Parse(File.ReadAllText(Fixtures.ThirdParty("models", "tiny_random_gpt2", "expected.json")));
        int[][] prompts = [.. expected.RootElement.GetProperty("input_ids").EnumerateArray().Select(Ids)];
        int[][] whole = [.. expected.RootElement.GetProperty("documented").GetProperty("greedy_max_length_10")
            .EnumerateArray().Select(Ids)];
        NewToken[] added = [.. model.Generate(new(prompts), new() { MaxNewTokens = 10 - prompts[0].Length })];
        for (int b = 0; b < prompts.Length; b++)
            Assert.Equal(whole[b], prompts[b].Concat(added.Where(t => t.Prompt == b).Select(t => t.Token)));
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void Greedy_tokens_are_those_of_transformers(string family)
    {
        using Model model = Model.Load(Fixtures.Golden(family));
        using SafetensorsFile reference = SafetensorsFile.Open(Fixtures.Golden(family, "reference.safetensors"));
        int[] Tokens(string name) => [.. reference.ReadInt64(name).Select(id => (int)id)];
        int length = (int)reference.EntryOf("input_ids").Shape[^1], count = (int)reference.EntryOf("greedy").Shape[^1];
        TokenBatch prompts = new([.. Tokens("input_ids").Chunk(length)]);
        NewToken[] added = [.. model.Generate(prompts, new() { MaxNewTokens = count, StopTokens = [] })];
        Assert.Equal(Tokens("greedy"), added.OrderBy(t => t.Prompt).Select(t => t.Token));
    }

    [Theory]
    [InlineData("""{"eos_token_id": 7}""", """{"eos_token_id": 1}""", new[] { 7 })]
    [InlineData("""{"eos_token_id": [7, 9]}""", """{"eos_token_id": 1}""", new[] { 7, 9 })]
    [InlineData("""{"eos_token_id": null}""", """{"eos_token_id": 1}""", new[] { 1 })]
    [InlineData(null, """{"eos_token_id": 1}""", new[] { 1 })]
    [InlineData(null, "{}", new int[0])]
    public void Stop_tokens_are_read_from_the_folder(string? generation, string config, int[] stops)
    {
        using Weights.TemporaryFolder folder = new();
        if (generation is not null)
            File.WriteAllText(Path.Combine(folder.Path, "generation_config.json"), generation);
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), config);
        Assert.Equal(stops, StopTokens.Read(folder.Path));
    }

    [Theory]
    [InlineData("[]"), InlineData("{"), InlineData("""{"eos_token_id": "end"}"""), InlineData("""{"eos_token_id": [1.5]}""")]
    public void Stop_tokens_that_are_none_are_refused(string generation)
    {
        using Weights.TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "generation_config.json"), generation);
        Assert.Contains("generation_config.json",
            Assert.Throws<Tensors.InputException>(() => StopTokens.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];
}
