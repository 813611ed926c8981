namespace Hooke.Studies;

/// <summary>Draws a dossier as one page that needs nothing else: no network, no fonts, no script to be read.</summary>
public static class DossierPage
{
    /// <summary>The page; the same dossier gives the same text.</summary>
    public static string Render(Dossier dossier) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none';
        style-src '{FigurePage.Hash(PageStyle.Sheet)}'; script-src '{FigurePage.Hash(PageScript.Text)}'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>{dossier.Claim.Sentence} · Hooke</title>
        <style>{Html.Constant(PageStyle.Sheet)}</style>
        </head>
        <body>
        <a class="skip" href="#summary">Skip to the summary</a>
        <main>
        {LadderSection.Draw(dossier)}
        {Contents(dossier)}
        {SummarySection.Draw(dossier)}
        {ExamplesSection.Draw(dossier)}
        {FigureSections.Circuit(dossier)}
        {LatentsSection.Draw(dossier)}
        {FigureSections.Patching(dossier)}
        {FigureSections.Curve(dossier)}
        {FigureSections.Controls(dossier)}
        {TestsSection.Draw(dossier)}
        {InterventionsSection.Draw(dossier)}
        {CoverageSection.Draw(dossier)}
        {RunAgainSection.Draw(dossier)}
        </main>
        <footer>Written by Hooke {dossier.Identities.Hooke}. The numbers behind every drawing are in dossier.json beside
        this page.</footer>
        <script>{Html.Constant(PageScript.Text)}</script>
        </body>
        </html>

        """).ToString();

    static Html Contents(Dossier dossier) => Html.Of($"""
        <nav aria-label="Contents"><a href="#summary">In short</a><a href="#behaviour">Behaviour</a>
        <a href="#circuit">Circuit</a>{LatentsSection.Link(dossier)}<a href="#patching">Where</a><a href="#curve">How many</a>
        <a href="#controls">Chance</a><a href="#tests">Tests</a><a href="#interventions">Predictions</a>
        <a href="#coverage">Coverage</a><a href="#again">Run again</a></nav>
        """);
}
