using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary>The options that make a prompt a message to an assistant.</summary>
static class ChatPart
{
    static readonly Option<bool> Chat = new("--chat")
    {
        Description = "Take the prompt as a user's message, and write it as the model's chat template says",
    };

    static readonly Option<string> SystemMessage = new("--system") { Description = "With --chat: a system message before it" };
    static readonly Option<string> Template = new("--template")
    {
        Description = "With --chat: the name of the template, where the model has several",
    };

    static readonly Option<string> Date = new("--date")
    {
        Description = "With --chat: what the template takes for today, as YYYY-MM-DD",
    };

    static readonly Option<string[]> Variables = new("--set")
    {
        Description = "With --chat: a further variable of the template as name=JSON, such as enable_thinking=false",
    };

    /// <summary>Lets a command take these options.</summary>
    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Chat, SystemMessage, Template, Date, Variables])
            command.Options.Add(option);
    }

    /// <summary>The conversation that was asked for, or null where none was.</summary>
    /// <exception cref="InputException">An option is there without --chat, or makes no sense.</exception>
    public static ChatPrompt? Of(ParseResult parsed, Model model, string prompt)
    {
        if (!parsed.GetValue(Chat))
        {
            foreach (Option option in (Option[])[SystemMessage, Template, Date, Variables])
                if (parsed.GetResult(option) is { Implicit: false })
                    throw new InputException($"{option.Name} needs --chat: without it the prompt is plain text");
            return null;
        }
        string? system = parsed.GetValue(SystemMessage);
        ChatMessage[] messages = [.. system is null ? (ChatMessage[])[] : [new("system", system)], new("user", prompt)];
        return model.Tokenizer.Chat(messages, options: new ChatOptions
        {
            Template = parsed.GetValue(Template),
            Date = parsed.GetValue(Date) is string date ? ReadDate(date) : null,
            Variables = (parsed.GetValue(Variables) ?? []).Select(ReadVariable).GroupBy(v => v.Key).ToDictionary(
                same => same.Key, same => same.Last().Value),
        });
    }

    static DateOnly ReadDate(string date) =>
        DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day : throw new InputException($"--date \"{date}\" is not a day such as 2024-07-26");

    static KeyValuePair<string, JsonElement> ReadVariable(string variable)
    {
        try
        {
            if (variable.Split('=', 2) is [{ Length: > 0 } name, string value])
                return new(name, JsonDocument.Parse(value).RootElement);
        }
        catch (JsonException)
        {
        }
        throw new InputException($"--set \"{variable}\" is not a name and a JSON value, such as enable_thinking=false");
    }
}
