namespace Hooke.Testing;

/// <summary>Where test data lies: golden files inside the repository, third parties' fixtures beside it.</summary>
public static class Fixtures
{
    /// <summary>The repository's root folder, found upwards from the test binaries.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The third parties' fixtures beside the repository, or null where they are absent.</summary>
    public static string? Folder { get; } = FindFolder();

    /// <summary>The path of a golden file or folder of the repository.</summary>
    public static string Golden(params string[] parts) => Path.Combine([Root, "tests", "golden", .. parts]);

    /// <summary>The path of a third party's fixture; call it only from a fixture test.</summary>
    public static string ThirdParty(params string[] parts) =>
        Path.Combine([Folder ?? throw new InvalidOperationException("fixtures are absent"), .. parts]);

    static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hooke.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Hooke.slnx is not above the test binaries");
    }

    static string? FindFolder()
    {
        string? named = Environment.GetEnvironmentVariable("HOOKE_FIXTURES");
        string folder = named ?? Path.Combine(Root, "..", "shared", "fixtures");
        return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }
}

/// <summary>A test that needs third parties' fixtures, skipped with the reason where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FixtureFactAttribute : FactAttribute
{
    /// <summary>Skips the test where the fixtures are absent.</summary>
    public FixtureFactAttribute() => Skip = Fixtures.Folder is null ? FixtureSkip.Reason : null!;
}

/// <summary>A theory that needs third parties' fixtures, skipped with the reason where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FixtureTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the theory where the fixtures are absent.</summary>
    public FixtureTheoryAttribute() => Skip = Fixtures.Folder is null ? FixtureSkip.Reason : null!;
}

static class FixtureSkip
{
    public const string Reason =
        "third parties' fixtures are not at ../shared/fixtures (set HOOKE_FIXTURES to their folder)";
}
