using System.Text.RegularExpressions;
using Hooke.Testing;

namespace Hooke.Conventions.Tests;

public class SourceTests
{
    const int MostLines = 400;
    const int LongestLine = 130;

    // A call that bytes must not depend on or that belongs in one place. Files that may have it all the same are
    // listed with it, and why.
    static readonly Rule[] Rules =
    [
        new("the console is the command line's", @"\bConsole\.", ["src"], ["src/Hooke.Cli/"]),
        new("threads are handed out by Work, which keeps chunks fixed", @"\b(Parallel\.|Task\.Run\b|Task\.Factory|AsParallel\()", ["src"],
            ["src/Hooke.Tensors/Kernels/Work.cs"]),
        new("these follow the C runtime; use Elementary",
            @"\bMathF?\.(Exp|Log|Log2|Log10|Log1P|Tanh|Sinh|Cosh|Sin|Cos|SinCos|Tan|Atan|Atan2|Asin|Acos|Pow|Cbrt)\b",
            ["src/Hooke.Tensors", "src/Hooke.Models", "src/Hooke.Circuits"], []),
        new("these follow the machine's vectors", @"\bVector(64|128|256|512)?\.(Sum|Dot)\b|\b(Reciprocal\w*|MultiplyAdd)Estimate\(", ["src"], []),
    ];

    public static TheoryData<string> Names => [.. Rules.Select(rule => rule.Why)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_source_file_calls_what_it_should_not(string why)
    {
        Rule rule = Rules.Single(r => r.Why == why);
        None(from file in Files("src", "*.cs")
             where rule.Folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal))
                 && !rule.Exempt.Any(exempt => file.StartsWith(exempt, StringComparison.Ordinal))
             from line in Lines(file)
             let code = Regex.Replace(line.Text, @"//.*|""[^""]*""", "")
             where Regex.IsMatch(code, rule.Pattern)
             select $"{file}({line.Number}): {line.Text.Trim()}");
    }

    [Fact]
    public void A_source_file_is_one_idea_and_fits_in_the_head() =>
        None(from file in Files("src", "*.cs")
             let length = Lines(file).Count()
             where length > MostLines
             select $"{file} has {length} lines, of {MostLines} at most");

    [Fact]
    public void A_source_line_fits_on_a_screen() =>
        None(from file in Files("src", "*.cs")
             from line in Lines(file)
             where line.Text.Length > LongestLine
             select $"{file}({line.Number}) has {line.Text.Length} characters, of {LongestLine} at most");

    [Fact]
    public void No_file_names_a_place_of_one_machine_or_a_package_registry()
    {
        // Written so that this file does not match itself.
        Regex place = new(@"(?<![\w.])/(work|root|tmp)[/]|\b(nuget|npmjs|pypi|pythonhosted|yarnpkg|crates)[.](org|com|io)\b");
        None(from file in Files("", "*")
             where IsText(file)
             from line in Lines(file)
             where place.IsMatch(line.Text)
             select $"{file}({line.Number}): {line.Text.Trim()}");
    }

    static void None(IEnumerable<string> found)
    {
        string[] lines = [.. found];
        Assert.True(lines.Length == 0, string.Join('\n', lines));
    }

    // Paths from the repository's root, with slashes; what is hidden or built is left out.
    static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Fixtures.Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Fixtures.Root, path).Replace('\\', '/'))
            .Where(path => !Regex.IsMatch(path, @"(^|/)(artifacts|obj|bin|node_modules|\.git)(/|$)"))
            .Order(StringComparer.Ordinal);

    static IEnumerable<(string Text, int Number)> Lines(string file) =>
        File.ReadLines(Path.Combine(Fixtures.Root, file)).Select((text, i) => (text, i + 1));

    static bool IsText(string file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Fixtures.Root, file));
        byte[] start = new byte[8192];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return stream.Length < 4 << 20 && !start.AsSpan(0, read).Contains((byte)0);
    }

    sealed record Rule(string Why, string Pattern, string[] Folders, string[] Exempt);
}
