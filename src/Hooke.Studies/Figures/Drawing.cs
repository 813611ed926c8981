namespace Hooke.Studies;

/// <summary>One drawing: an svg element and its size in pixels.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Markup">The element, from &lt;svg to its end.</param>
public readonly record struct Drawing(double Width, double Height, Html Markup)
{
    /// <summary>Drawings below one another as an SVG file that needs nothing else, light or dark as the viewer is.</summary>
    /// <param name="title">What they show.</param>
    /// <param name="drawings">Top to bottom.</param>
    public static string File(string title, params IReadOnlyList<Drawing> drawings)
    {
        const double Gap = 16;
        double width = drawings.Max(d => d.Width), height = drawings.Sum(d => d.Height + Gap) + Gap, y = 0;
        List<Html> placed = [];
        foreach (Drawing drawing in drawings)
        {
            placed.Add(Html.Of($"""<g transform="translate({Gap} {y + Gap})">{drawing.Markup}</g>"""));
            y += drawing.Height + Gap;
        }
        return Html.Of($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 2 * Gap} {height}"
            width="{width + 2 * Gap}" height="{height}" font-family="system-ui, sans-serif">
            <title>{title}</title>
            <style>{Html.Constant(PageStyle.Drawings)}</style>
            <rect class="paper" width="100%" height="100%"/>
            {placed}
            </svg>

            """).ToString();
    }
}
