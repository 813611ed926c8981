using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>What the claim covers, and what it leaves open, side by side.</summary>
static class CoverageSection
{
    public static Html Draw(Dossier dossier) => Html.Of($"""
        <section id="coverage"><h2>What is covered, and what is not</h2>
        <div class="halves">
        <div><h3>Covered</h3><dl>{Covered(dossier.Claim.Coverage)}</dl></div>
        <div class="holes"><h3>Open</h3><ul>{dossier.Holes.Select(hole => Html.Of($"<li>{hole}</li>"))}</ul></div>
        </div>
        {Notes(dossier.Notes)}
        </section>
        """);

    static IEnumerable<Html> Covered(Coverage coverage) =>
        coverage.Parts().Where(part => part.Text != coverage.NotTested).Select(Part);

    static Html Part(CoveragePart part) =>
        Html.Of($"<div><dt>{part.Name}</dt><dd>{string.Join(' ', part.Text)}</dd></div>");

    static Html Notes(IReadOnlyList<string> notes) => notes.Count == 0
        ? Html.Empty
        : Html.Of($"<h3>Notes</h3><ul>{notes.Select(note => Html.Of($"<li>{note}</li>"))}</ul>");
}
