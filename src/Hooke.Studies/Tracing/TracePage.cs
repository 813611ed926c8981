using System.Text;
using Hooke.Circuits;

namespace Hooke.Studies;

/// <summary>Draws an attribution graph as one page that needs nothing else, to be walked through, pruned and grouped.</summary>
public static class TracePage
{
    /// <summary>The most nodes that a page shows; of a larger graph, those of most influence.</summary>
    public const int MostNodes = 5000;

    /// <summary>The most links that a page shows.</summary>
    public const int MostLinks = 60_000;

    static readonly string Style = PageStyle.Sheet + TracePageParts.Style;

    /// <summary>The page; the same graph gives the same text.</summary>
    /// <param name="file">The graph.</param>
    /// <param name="details">Top examples and logit effects by layer and latent, where they are known.</param>
    /// <exception cref="Tensors.InputException">The graph has a cycle.</exception>
    public static string Render(GraphFile file, IReadOnlyDictionary<(int Layer, long Latent), LatentDetails>? details = null)
    {
        AttributionGraph graph = file.ToGraph();
        TraceShown shown = TraceShown.Of(file, graph, MostNodes, MostLinks);
        TracePageData data = new(file, shown, details ?? new Dictionary<(int, long), LatentDetails>());
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none';
            style-src '{FigurePage.Hash(Style)}'; script-src '{FigurePage.Hash(TracePageParts.Script)}'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>{file.Prompt} · Hooke</title>
            <style>{Html.Constant(Style)}</style>
            </head>
            <body>
            <a class="skip" href="#stage">Skip to the graph</a>
            <main>
            {TracePageSections.Header(file)}
            {UnexplainedSection.Draw(file, graph)}
            {TracePageSections.LeftOut(shown, file)}
            {TracePageSections.Work}
            {TracePageSections.Help}
            </main>
            <footer>Written by Hooke. A weight is what a node adds to another directly, with attention patterns and norm scales
            frozen at this prompt's values.</footer>
            <script type="application/json" id="graph-data">{Html.Constant(data.Text())}</script>
            <script>{Html.Constant(TracePageParts.Script)}</script>
            </body>
            </html>

            """).ToString();
    }
}

/// <summary>The page's style sheet and script, from the files beside this one.</summary>
static class TracePageParts
{
    const string Folder = "trace-page/";

    public static string Style { get; } = Read(".css");

    public static string Script { get; } = "\"use strict\";\n" + Read(".js");

    static string Read(string ending)
    {
        StringBuilder text = new();
        foreach (string name in typeof(TracePageParts).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal)))
        {
            using StreamReader reader = new(typeof(TracePageParts).Assembly.GetManifestResourceStream(name)!);
            text.Append(reader.ReadToEnd()).Append('\n');
        }
        return text.ToString();
    }
}
