using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary>Tokens of a text, and prompts written by a chat template.</summary>
public sealed class TokensTests : IDisposable
{
    const string Template = "{% if messages[0].role == 'system' %}{{ messages[0].content }} {% endif %}{{ messages[-1].content }}"
        + "{% if quick is defined %} {{ quick }}{% endif %}{% if messages[-1].content == 'today' %}{{ strftime_now('%Y') }}{% endif %}";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tokens_are_shown_with_their_ids_pieces_and_characters()
    {
        Outcome table = Hooke.Run("tokens", "While David and");
        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.Matches("0 +0 +\"<bos>\" +\"<bos>\" +none", table.Out);
        Assert.Matches("2 +171 +\"David\" +\"David\" +6..10 +\"David\"", table.Out);
    }

    [Fact]
    public void Tokens_as_JSON_tell_the_same_and_the_text_that_they_read_as()
    {
        JsonElement json = Hooke.Run("tokens", "While  David", "--no-special", "--json").Json;
        Assert.Equal("""[{"id":537,"piece":"While","reads":"While","start":0,"end":5},{"id":171,"piece":"David","reads":"David","start":7,"end":12}]""",
            JsonSerializer.Serialize(json.GetProperty("tokens")));
        Assert.Equal("While David", json.GetProperty("decoded").GetString());
        Assert.Equal(64, json.GetProperty("tokenizer").GetString()!.Length);
    }

    [Fact]
    public void A_message_is_written_by_the_template_before_the_model_reads_it()
    {
        string model = WithTemplate(Template);
        JsonElement run = Hooke.Run("model", "run", "David", "--chat", "--system", "While", "--set", "quick=\"and\"", "--model", model, "--json").Json;
        Assert.Equal("While David and", run.GetProperty("text").GetString());
        Assert.Equal([537, 171, 558], run.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32())); // no <bos> of its own
        Outcome table = Hooke.Run("model", "run", "David", "--chat", "--model", model);
        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.StartsWith("David\n", table.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("has no chat template", "model", "run", "the", "--chat")]
    [InlineData("--system needs --chat", "model", "run", "the", "--system", "the")]
    [InlineData("--set needs --chat", "model", "run", "the", "--set", "a=1")]
    [InlineData("\"yesterday\" is not a day", "model", "run", "the", "--chat", "--date", "yesterday")]
    [InlineData("\"a\" is not a name and a JSON value", "model", "run", "the", "--chat", "--set", "a")]
    [InlineData("There is no nowhere", "tokens", "the", "--model", "nowhere")]
    [InlineData("\"Xyzzy\"", "tokens", "Xyzzy")]
    public void What_cannot_be_done_is_refused(string words, params string[] arguments) => Hooke.Run(arguments).RefusedWith(words);

    [Theory]
    [InlineData("{{ messages | wordwrap }}", "chat_template.jinja, line 1", "\"wordwrap\" is not supported")]
    [InlineData("\n{% include 'x' %}", "line 2", "the tag \"include\"")]
    [InlineData(Template, "today's date")]
    public void A_template_that_cannot_be_carried_out_is_refused_with_its_line(string template, params string[] words) =>
        Hooke.Run("model", "run", "today", "--chat", "--model", WithTemplate(template)).RefusedWith(words);

    string WithTemplate(string template)
    {
        string folder = _folder.ModelWith("config.json", bytes => [.. bytes, (byte)'\n']);
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), template);
        return folder;
    }
}
