using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Runs a dossier's request again and compares the results, number by number.</summary>
/// <param name="Dossier">The dossier that was read.</param>
/// <param name="Differences">Where the two differ; none where they are identical.</param>
public sealed record Verification(Dossier Dossier, IReadOnlyList<Difference> Differences)
{
    /// <summary>Whether the second run gave the same result.</summary>
    public bool IsIdentical => Differences.Count == 0;

    /// <summary>Runs it.</summary>
    /// <param name="path">The dossier's folder, or its dossier.json.</param>
    /// <param name="modelFolder">Where the model lies now, or null for where it lay then.</param>
    /// <param name="progress">Told where the investigation stands.</param>
    /// <exception cref="InputException">The dossier or the model cannot be read.</exception>
    public static Verification Of(string path, string? modelFolder, Action<InvestigationProgress> progress)
    {
        Dossier dossier = Dossier.Read(path);
        using Investigation again = new(InvestigationRequest.Of(dossier.Request, modelFolder), progress);
        return new(dossier, dossier.Differences(again.Run().Settled()));
    }
}
