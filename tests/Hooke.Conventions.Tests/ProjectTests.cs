using System.Xml.Linq;
using Hooke.Testing;

namespace Hooke.Conventions.Tests;

public class ProjectTests
{
    // Each may refer to those before it; Evidence stands alone.
    static readonly string[] Layers =
        ["Hooke.Tensors", "Hooke.Models", "Hooke.Dictionaries", "Hooke.Circuits", "Hooke.Atlas", "Hooke.Studies"];

    static readonly string[] Ends = ["Hooke.Server", "Hooke.Cli"];

    static readonly string[] KnowEvidence = ["Hooke.Studies", .. Ends];

    public static TheoryData<string> Sources => [.. Projects("src").Select(Name)];

    [Theory]
    [MemberData(nameof(Sources))]
    public void A_project_refers_only_to_layers_below_it(string project)
    {
        foreach (string reference in References(project))
            Assert.Contains(reference, Allowed(project));
    }

    [Fact]
    public void Every_source_project_has_its_place_in_the_layers() =>
        Assert.All(Projects("src").Select(Name), name => Assert.Contains(name, Layers.Concat(Ends).Append("Hooke.Evidence")));

    [Fact]
    public void Only_the_command_line_knows_how_to_parse_and_paint_one() =>
        Assert.Equal(["Hooke.Cli"], Projects("src")
            .Where(p => Items(p, "PackageReference").Any(
                i => i.StartsWith("System.CommandLine", StringComparison.Ordinal) || i.StartsWith("Spectre", StringComparison.Ordinal)))
            .Select(Name));

    [Fact]
    public void Internals_are_open_to_tests_and_benchmarks_alone() =>
        Assert.All(Projects("src").SelectMany(p => Items(p, "InternalsVisibleTo")),
            friend => Assert.Matches(@"(\.Tests|\.Benchmarks|\.Probe)$", friend));

    [Fact]
    public void Every_project_has_a_lock_file_and_is_part_of_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Fixtures.Root, "Hooke.slnx"));
        foreach (string project in Projects("src").Concat(Projects("tests")))
        {
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no lock file");
            Assert.Contains(Path.GetRelativePath(Fixtures.Root, project).Replace('\\', '/'), solution, StringComparison.Ordinal);
        }
    }

    static IEnumerable<string> Allowed(string project) =>
    [
        .. project == "Hooke.Evidence" ? [] : Ends.Contains(project) ? Layers : Layers.TakeWhile(layer => layer != project),
        .. KnowEvidence.Contains(project) ? ["Hooke.Evidence"] : (string[])[],
    ];

    static IEnumerable<string> References(string project) =>
        Items(Path.Combine(Fixtures.Root, "src", project, $"{project}.csproj"), "ProjectReference")
            .Select(path => Name(path.Replace('\\', '/')));

    static string Name(string path) => Path.GetFileNameWithoutExtension(path);

    static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(item => item.Attribute("Include")!.Value);

    static IEnumerable<string> Projects(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Fixtures.Root, folder), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}
