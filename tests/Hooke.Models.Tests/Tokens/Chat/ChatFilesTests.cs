using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens.Chat;

/// <summary>Where a chat template and the special tokens come from.</summary>
public sealed class ChatFilesTests
{
    [Fact]
    public void A_file_of_its_own_goes_before_the_template_of_the_config()
    {
        Assert.Equal("own<s>", Text(ChatText.Config("config"), "own{{ bos_token }}"));
        Assert.Equal("config</s>", Text(ChatText.Config("config{{ eos_token }}"), null));
        Assert.Equal("own", Text(null, "own{{ bos_token }}"));
        Assert.Equal("own", Text(ChatText.Config("{% this cannot be read"), "own"));
    }

    [Fact]
    public void Of_several_templates_the_default_one_is_taken_or_the_one_that_is_named()
    {
        string config = JsonSerializer.Serialize(new
        {
            chat_template = new[] { new { name = "default", template = "D" }, new { name = "tool_use", template = "T" } },
        });
        Assert.Equal("D", Text(config, null));
        Assert.Equal("T", Text(config, null, new() { Template = "tool_use" }));
        Assert.Contains("no chat template \"rag\"; it has \"default\", \"tool_use\"", Refusal(config, null, new() { Template = "rag" }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_may_be_any_JSON_and_a_date_must_be_given_to_be_known()
    {
        const string Template = "{{ tools | length }}{{ tools[0].n + 1 }}{{ strftime_now('%d %B %Y') }}";
        ChatOptions options = new()
        {
            Date = new(2024, 7, 26),
            Variables = new Dictionary<string, JsonElement> { ["tools"] = JsonDocument.Parse("""[{"n":41},null]""").RootElement },
        };
        Assert.Equal("24226 July 2024", Text(null, Template, options));
        Assert.Contains("unless a date is given", Refusal(null, Template, options with { Date = null }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "has no chat template")]
    [InlineData("{}", "has no chat template")]
    [InlineData("""{"chat_template":null}""", "has no chat template")]
    [InlineData("""{"chat_template":3}""", "has a \"chat_template\" that is not text")]
    [InlineData("""{"chat_template":[{"name":"a"}]}""", "chat_template[0] needs the text \"template\"")]
    [InlineData("""{"chat_template":[{"name":"a","template":""},{"name":"a","template":""}]}""", "which another template has too")]
    [InlineData("""{"chat_template":"a","bos_token":[]}""", "has a \"bos_token\" that is not text")]
    [InlineData("""{"chat_template":"{{ 1 "}""", "tokenizer_config.json: chat_template, line 1: a tag is not closed with }}")]
    [InlineData("""{"chat_template":"\ud800"}""", "not valid Unicode")]
    [InlineData("[]", "is not an object")]
    [InlineData("{", "not valid JSON")]
    public void A_config_that_gives_no_template_is_refused(string? config, string because)
    {
        Assert.Contains(because, Refusal(config, null), StringComparison.Ordinal);
        Assert.Equal([260, 256], ChatText.Folder(folder => Tokenizer.Load(folder).Encode("Hi"), config)); // and harms nothing else
    }

    [Fact]
    public void Bytes_that_are_no_text_and_half_characters_are_refused()
    {
        Assert.Contains("not UTF-8", ChatText.Folder(folder =>
        {
            File.WriteAllBytes(Path.Combine(folder, "chat_template.jinja"), [0x41, 0xFF]);
            return Assert.Throws<InputException>(() => Tokenizer.Load(folder).Chat(ChatText.Asked)).Message;
        }), StringComparison.Ordinal);
        Assert.Contains("half a surrogate pair", Assert.Throws<InputException>(
            () => ChatText.Render("a", [new("user", "\uD83D")])).Message, StringComparison.Ordinal);
        Assert.Contains("half a surrogate pair", Assert.Throws<InputException>(
            () => ChatText.Render("\n{{ '\\ud83d' }}", ChatText.Asked)).Message, StringComparison.Ordinal);
    }

    static string Text(string? config, string? template, ChatOptions? options = null) =>
        ChatText.Folder(folder => Tokenizer.Load(folder).Chat(ChatText.Asked, options: options).Text, config, template);

    static string Refusal(string? config, string? template, ChatOptions? options = null) => ChatText.Folder(
        folder => Assert.Throws<InputException>(() => Tokenizer.Load(folder).Chat(ChatText.Asked, options: options)).Message,
        config, template);
}
