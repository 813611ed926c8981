using System.CommandLine;
using System.CommandLine.Parsing;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary>What every command has in common: exit codes, errors, threads, JSON.</summary>
static class Cli
{
    /// <summary>It ran, and the answer is yes.</summary>
    public const int Done = 0;

    /// <summary>It ran, and the answer is no.</summary>
    public const int No = 1;

    /// <summary>What was given cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>One JSON document on standard output in place of tables.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document on standard output; progress goes to standard error",
        Recursive = true,
    };

    static Option<int> Threads { get; } = new("--threads")
    {
        Description = "Number of threads; results do not depend on it (default: one per processor)",
        Recursive = true,
    };

    /// <summary>Parses and runs, and turns every fault into one clear sentence.</summary>
    public static int Run(RootCommand root, string[] args)
    {
        root.Options.Add(Json);
        root.Options.Add(Threads);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            return Fail(string.Join(" ", parsed.Errors.Select(Message)) + " See --help.");
        try
        {
            if (parsed.GetResult(Threads) is not null)
                Work.Threads = Count(parsed, Threads, 256);
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (InputException fault)
        {
            return Fail(fault.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Fail(fault.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail("stopped; what was done is kept, and the same command goes on from there");
        }
    }

    /// <summary>The value of an option that counts something.</summary>
    /// <exception cref="InputException">It is not between 1 and the most there may be.</exception>
    public static int Count(ParseResult parsed, Option<int> option, int most) =>
        parsed.GetValue(option) is var count && count >= 1 && count <= most
            ? count
            : throw new InputException($"{option.Name} {count} is not between 1 and {most:n0}");

    // The parser names .NET's types.
    static string Message(ParseError error) =>
        error.SymbolResult is OptionResult { Option: var option, Tokens: [var token] } && NumberOf(option.ValueType) is { } number
            ? $"{option.Name} '{token.Value}' is not {number}."
            : error.Message;

    static string? NumberOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var whole when whole == typeof(int) || whole == typeof(long) || whole == typeof(ulong) => "a whole number within range",
        var number when number == typeof(float) || number == typeof(double) => "a number",
        _ => null,
    };

    static int Fail(string message)
    {
        Console.Error.WriteLine($"hooke: {message}");
        return BadInput;
    }
}
