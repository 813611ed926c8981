using System.Text.Json;
using Hooke.Models.Tests.Weights;

namespace Hooke.Models.Tests.Tokens.Chat;

/// <summary>Conversations and small tokenizers with chat templates.</summary>
static class ChatText
{
    static readonly string[] Specials =
    [
        "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<start_of_turn>",
        "<end_of_turn>",
    ];

    public static ChatMessage[] Asked { get; } = [new("user", "Hi there")];

    public static ChatMessage[] Talk { get; } =
        [new("system", "Be brief."), new("user", " Hi "), new("assistant", "Hello."), new("user", "Bye")];

    /// <summary>A byte-level tokenizer that puts &lt;s&gt; before every text and has the special tokens of several families.</summary>
    public static string Tokenizer { get; } = TokenizerText.Join(
        TokenizerText.ByteLevelModel("H i", "u s", "us e", "use r"), preTokenizer: TokenizerText.Gpt2Words,
        decoder: """{"type":"ByteLevel"}""",
        postProcessor: """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[260],"tokens":["<s>"]}}}""",
        added: JsonSerializer.Serialize(Specials.Select((content, i) => new { id = 260 + i, content, special = true, normalized = false })));

    public static string Config(string template) =>
        JsonSerializer.Serialize(new { bos_token = "<s>", eos_token = new { content = "</s>" }, chat_template = template });

    /// <summary>What the template makes of messages, in a folder of its own.</summary>
    public static ChatPrompt Render(
        string template, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, ChatOptions? options = null) =>
        Folder(folder => Models.Tokenizer.Load(folder).Chat(messages, addGenerationPrompt, options), config: Config(template));

    /// <summary>Does something in a folder with a tokenizer.json and, if given, files beside it.</summary>
    public static T Folder<T>(Func<string, T> act, string? config = null, string? template = null)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("tokenizer.json"), Tokenizer);
        if (config is not null)
            File.WriteAllText(folder.File("tokenizer_config.json"), config);
        if (template is not null)
            File.WriteAllText(folder.File("chat_template.jinja"), template);
        return act(folder.Path);
    }
}
