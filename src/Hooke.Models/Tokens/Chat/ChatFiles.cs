using System.Text;
using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The chat templates beside a tokenizer.json, and the special tokens that they may name.</summary>
/// <remarks>
/// A chat_template.jinja goes before the "chat_template" of tokenizer_config.json, which is one template or a list
/// of named ones.
/// </remarks>
sealed class ChatFiles
{
    const string ConfigName = "tokenizer_config.json";
    const string TemplateName = "chat_template.jinja";
    const string Default = "default";
    const int LargestFile = 50_000_000;

    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    static readonly string[] SpecialNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    readonly Dictionary<string, ChatTemplate> _templates = new(StringComparer.Ordinal);
    readonly Dictionary<string, JsonElement> _specials = new(StringComparer.Ordinal);
    readonly string _folder;

    ChatFiles(string folder)
    {
        _folder = folder;
        string config = Path.Combine(folder, ConfigName), template = Path.Combine(folder, TemplateName);
        bool hasOwnFile = File.Exists(template);
        if (File.Exists(config))
            ReadConfig(config, withTemplates: !hasOwnFile);
        if (hasOwnFile)
            _templates.Add(Default, new(ReadText(template), template));
    }

    public static ChatFiles Beside(string tokenizer) => new(Path.GetDirectoryName(Path.GetFullPath(tokenizer))!);

    /// <summary>The text that a template makes of messages.</summary>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, ChatOptions options)
    {
        if (_templates.Count == 0)
            throw new InputException($"{_folder} has no chat template: neither a {TemplateName} nor a \"chat_template\" in a "
                + $"{ConfigName}; give the model a plain prompt, as it was not trained on messages.");
        string name = options.Template ?? (_templates.Count == 1 ? _templates.Keys.Single() : Default);
        return _templates.TryGetValue(name, out ChatTemplate? template)
            ? template.Render(messages, addGenerationPrompt, options, _specials)
            : throw new InputException(
                $"{_folder} has no chat template {Quote.Of(name)}; it has "
                + $"{string.Join(", ", _templates.Keys.Select(Quote.Of))}.");
    }

    static string ReadText(string path)
    {
        try
        {
            return Strict.GetString(InputFile.ReadAllBytes(path, LargestFile));
        }
        catch (DecoderFallbackException fault)
        {
            throw new InputException($"{path} is not UTF-8 text; fetch it again.", fault);
        }
    }

    void ReadConfig(string path, bool withTemplates)
    {
        using JsonDocument document = JsonFile.Read(path, LargestFile);
        JsonPart file = new(document.RootElement, path, "the file");
        foreach (string name in SpecialNames)
            if (file.Value(name) is JsonElement value)
                _specials.Add(name, Content(new JsonPart(document.RootElement, path, "the file"), name, value).Clone());
        if (withTemplates && file.Value("chat_template") is JsonElement template)
            ReadTemplates(file, template, path);
    }

    /// <summary>A special token is its text, or an object with its text under "content".</summary>
    static JsonElement Content(JsonPart file, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content))
            value = content;
        _ = file.TextOf(value, $"a \"{name}\"");
        return value;
    }

    void ReadTemplates(JsonPart file, JsonElement template, string path)
    {
        if (template.ValueKind != JsonValueKind.Array)
        {
            _templates.Add(Default, new(file.TextOf(template, "a \"chat_template\""), $"{path}: chat_template"));
            return;
        }
        foreach (JsonPart part in file.Parts("chat_template"))
        {
            string name = part.Text("name");
            if (!_templates.TryAdd(name, new(part.Text("template"), $"{path}: chat_template {Quote.Of(name)}")))
                throw part.Refusal($"has the name {Quote.Of(name)}, which another template has too");
        }
    }
}
