using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>Investigations of the shipped model.</summary>
static class Investigated
{
    public static string ModelFolder { get; } = Path.Combine(Fixtures.Root, "models", "tinyworld");

    /// <summary>A request that is quick, and too small to decide anything.</summary>
    public static InvestigationRequest Small { get; } =
        new() { ModelFolder = ModelFolder, Behaviour = "indirect-object", Prompts = 4, Controls = 3, Steps = 2 };

    public static Dossier Run(InvestigationRequest request)
    {
        using Investigation investigation = new(request, _ => { });
        return investigation.Run().Settled();
    }
}

/// <summary>A folder of a test's own, deleted with what is in it.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hooke-studies-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
