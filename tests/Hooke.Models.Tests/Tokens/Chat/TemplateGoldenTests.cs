using System.Globalization;
using System.Text.Json;
using Hooke.Models.Tests.Weights;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Tokens.Chat;

/// <summary>Every construct, white space included, against what Jinja itself rendered.</summary>
public sealed class TemplateGoldenTests
{
    static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Golden("chat", "snippets.json"))).RootElement;

    [Fact]
    public void Templates_render_as_Jinja_renders_them_or_are_refused()
    {
        JsonElement[] cases = [.. Golden.GetProperty("cases").EnumerateArray()];
        Assert.Equal(313, cases.Length);
        Assert.Equal(196, cases.Count(c => c.TryGetProperty("text", out _)));
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("tokenizer.json"), TokenizerText.Join(TokenizerText.Words));
        Assert.All(cases, c =>
        {
            File.WriteAllText(folder.File("chat_template.jinja"), c.GetProperty("template").GetString());
            Tokenizer tokenizer = Tokenizer.Load(folder.Path);
            if (c.TryGetProperty("text", out JsonElement text))
                Assert.Equal(text.GetString(), Render(tokenizer, c));
            else
                Assert.Matches(@"chat_template\.jinja, line \d+: ", Assert.Throws<InputException>(() => Render(tokenizer, c)).Message);
        });
    }

    static string Render(Tokenizer tokenizer, JsonElement c)
    {
        Dictionary<string, JsonElement> variables = c.TryGetProperty("plain", out _) ? []
            : Golden.GetProperty("variables").EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value);
        DateOnly? date = c.TryGetProperty("date", out JsonElement day)
            ? DateOnly.ParseExact(day.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
        return tokenizer.Chat([new("user", "Hi")], options: new ChatOptions { Variables = variables, Date = date }).Text;
    }
}
