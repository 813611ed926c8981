using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>
/// How the edges of a circuit are drawn: as curves, wider and fuller with their score, strongest on top.
/// </summary>
static class EdgeMarks
{
    const double Half = CircuitLayout.NodeHeight / 2, Clear = CircuitLayout.NodeWidth / 2 + 6;

    public static IEnumerable<Html> Draw(CircuitLayout layout, DossierCircuit circuit)
    {
        double strongest = circuit.Edges.Select(edge => Math.Abs(edge.Score)).DefaultIfEmpty(1).Max();
        return circuit.Edges
            .OrderBy(edge => Math.Abs(edge.Score))
            .Select(edge => Edge(layout, edge, strongest > 0 ? Math.Abs(edge.Score) / strongest : 0));
    }

    static Html Edge(CircuitLayout layout, DossierEdge edge, double share) => Html.Of($"""
        <path class="edge {(edge.Score < 0 ? "neg" : "pos")}" data-s="{edge.Source}" data-t="{edge.TargetNode()}"
        data-e="{edge.ToString()}" stroke-width="{0.9 + 6 * share}" stroke-opacity="{0.4 + 0.5 * share}"
        d="{Curve(layout, edge)}"><title>{edge.Source} to {edge.Target}: score {Words.Number(edge.Score)}</title></path>
        """);

    static Html Curve(CircuitLayout layout, DossierEdge edge)
    {
        (Place from, Place to) = Ends(layout, edge);
        double rise = from.Y - to.Y, bow = Bow(layout, from, to);
        return Html.Of($"""
            M{from.X} {from.Y}C{from.X + bow} {from.Y - rise * 0.42} {to.X + bow} {to.Y + rise * 0.42} {to.X} {to.Y}
            """);
    }

    // Bars are as wide as the drawing, so an edge meets them straight below or above its other end.
    static (Place From, Place To) Ends(CircuitLayout layout, DossierEdge edge)
    {
        Place from = layout[edge.Source], to = layout[edge.TargetNode()];
        double start = from.X, end = to.X + CircuitLayout.InputOffset(edge.TargetInput());
        if (CircuitLayout.IsBar(edge.Source) && CircuitLayout.IsBar(edge.Target))
            start = end = layout.Bar.X + 8;
        else if (CircuitLayout.IsBar(edge.Source))
            start = end;
        else if (CircuitLayout.IsBar(edge.Target))
            end = start;
        return (new Place(start, from.Y - Half), new Place(end, to.Y + Half));
    }

    // An edge that would run up behind other components is bent aside.
    static double Bow(CircuitLayout layout, Place from, Place to)
    {
        double near = from.X, far = to.X;
        bool hidden = layout.Places.Any(place => place.Y < from.Y - Half && place.Y > to.Y + Half
            && Math.Abs(place.X - (near + (far - near) * (from.Y - place.Y) / (from.Y - to.Y))) < Clear);
        return !hidden || Math.Abs(near - far) > Clear ? 0 : near > layout.Width - 130 ? -48 : 48;
    }
}
