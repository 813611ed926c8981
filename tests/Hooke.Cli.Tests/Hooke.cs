using System.Diagnostics;
using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Cli.Tests;

/// <summary>What a run of the program gave.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Out">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
sealed record Outcome(int Code, string Out, string Error)
{
    /// <summary>Standard output, which must be one JSON document and nothing else.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;
}

/// <summary>Starts the program as a user would, in the repository's folder.</summary>
static class Hooke
{
    static readonly string Program = Path.Combine(AppContext.BaseDirectory, "hooke.dll");

    // A published program, to be tested in place of the one just built.
    static readonly string? Published = Environment.GetEnvironmentVariable("HOOKE_PROGRAM");

    /// <summary>The prompt pair of the kind that the shipped model answers.</summary>
    public const string Prompt = "While David and Ivan were at the library , Ivan handed a ladder to";

    public static string ShippedModel { get; } = Path.Combine(Fixtures.Root, "models", "tinyworld");

    public static Outcome Run(params string[] arguments) => Wait(Start(arguments));

    public static Process Start(params string[] arguments)
    {
        IReadOnlyList<string> words = Words(arguments);
        return Process.Start(Command(words[0], words.Skip(1)))!;
    }

    /// <summary>What the program is called by, and its arguments.</summary>
    public static IReadOnlyList<string> Words(params string[] arguments) =>
        Published is null ? ["dotnet", Program, .. arguments] : [Published, .. arguments];

    /// <summary>How some program is started in the repository's folder.</summary>
    public static ProcessStartInfo Command(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        WorkingDirectory = Fixtures.Root,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    public static Outcome Wait(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            return new(process.ExitCode, output.Result, error.Result);
        }
    }

    /// <summary>Exit code 2, nothing on standard output, and one sentence that holds the given words.</summary>
    public static void RefusedWith(this Outcome outcome, params string[] words)
    {
        string[] lines = outcome.Error.TrimEnd().Split('\n');
        Assert.True(outcome.Code == 2, $"exit code {outcome.Code}: {outcome.Error}");
        Assert.Equal("", outcome.Out);
        Assert.Equal(lines[^1], Assert.Single(lines, line => line.StartsWith("hooke: ", StringComparison.Ordinal)));
        Assert.All(words, word => Assert.Contains(word, lines[^1], StringComparison.Ordinal));
    }
}

/// <summary>A folder of a test's own, deleted with what is in it.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hooke-cli-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A copy of the shipped model with one file changed.</summary>
    public string ModelWith(string file, Func<byte[], byte[]> change)
    {
        string folder = this["model"];
        Directory.CreateDirectory(folder);
        foreach (string path in Directory.EnumerateFiles(Hooke.ShippedModel))
            File.Copy(path, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(path)));
        string changed = System.IO.Path.Combine(folder, file);
        byte[] before = File.ReadAllBytes(changed), after = change(before);
        Assert.NotEqual(before, after);
        File.WriteAllBytes(changed, after);
        return folder;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
