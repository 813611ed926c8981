using System.Text.Json;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary>Where a command prints: tables or one JSON document on standard output, progress on standard error.</summary>
static class Output
{
    static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Standard error, for progress.</summary>
    public static IAnsiConsole Errors { get; } =
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Makes what goes to a file or a pipe plain text of a fixed width.</summary>
    public static void Prepare()
    {
        if (!Console.IsOutputRedirected)
            return;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Width = 160;
    }

    /// <summary>Prints a value as JSON, its properties named in snake_case.</summary>
    public static void Json(object value)
    {
        System.Buffers.ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text, Indented))
            JsonValues.Write(json, value);
        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(text.WrittenSpan));
    }

    /// <summary>Prints a text as it stands.</summary>
    public static void Text(string text) => Console.Out.WriteLine(text);

    /// <summary>Prints a table.</summary>
    public static void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (IReadOnlyList<string> row in rows)
            table.AddRow([.. row.Select(cell => new Markup(Markup.Escape(cell)))]);
        AnsiConsole.Write(table);
    }
}
