using System.Security.Cryptography;
using System.Text;

namespace Hooke.Studies;

/// <summary>A page of figures that needs nothing else: no network, no fonts, no script; light or dark as the reader is.</summary>
public static class FigurePage
{
    /// <summary>The page, the parts below one another; the same parts give the same text.</summary>
    /// <param name="title">What the page shows.</param>
    /// <param name="parts">Paragraphs, and figures such as <see cref="HeatmapFigure.Draw"/> gives.</param>
    public static string Of(string title, params IReadOnlyList<Html> parts) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none';
        style-src '{Hash(PageStyle.Figure)}'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>{title} · Hooke</title>
        <style>{Html.Constant(PageStyle.Figure)}</style>
        </head>
        <body>
        <main>
        <header><p class="brand"><b>Hooke</b></p><h1>{title}</h1></header>
        {parts}
        </main>
        <footer>Written by Hooke.</footer>
        </body>
        </html>

        """).ToString();

    /// <summary>What a policy calls a style sheet or a script that a page holds.</summary>
    internal static string Hash(string text) =>
        "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
