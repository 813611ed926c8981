using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The circuit: components as nodes, layers from bottom to top, edges as curves.</summary>
static class CircuitFigure
{
    public static Html Draw(Dossier dossier)
    {
        DossierCircuit circuit = dossier.Circuit;
        CircuitLayout layout = new(circuit);
        string nodes = Words.Count(circuit.Nodes.Count, "component"), edges = Words.Count(circuit.Edges.Count, "edge");
        Html drawing = Html.Of($"""
            <svg class="circuit" viewBox="0 0 {layout.Width} {layout.Height}"
            width="{layout.Width}" height="{layout.Height}" role="group" aria-label="Circuit of {nodes} and {edges}">
            {layout.Layers.Select((layer, i) => Band(layout, layer, i))}
            {layout.Idle(circuit).Select(part => NodeMarks.Idle(layout, part.Id, part.Place))}
            {EdgeMarks.Draw(layout, circuit)}
            {circuit.Nodes.Select(node => NodeMarks.Draw(layout, circuit, node))}
            </svg>
            """);
        return Html.Of($"""
            {Figure.Of("Circuit drawing", drawing, Caption)}
            <output class="readout" aria-live="polite"></output>
            {CircuitTables.Draw(dossier)}
            """);
    }

    static Html Caption => Html.Of($"""
        Layers from bottom to top; what is not in the circuit is faint. Width shows the size of an edge's EAP-IG score:
        {Key("pos")} solid edges help the answer, {Key("neg")} dashed ones hold it back. A head is entered through its
        query (q), key (k) or value (v). Point at a component, or reach it with the tab key, to see its edges alone.
        """);

    static Html Key(string sign) => Html.Of($"""
        <svg class="key" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true"><path
        class="edge {sign}" stroke-width="3" d="M0 4H26"/></svg>
        """);

    static Html Band(CircuitLayout layout, int layer, int index)
    {
        double top = layout.BandTop(layer);
        return Html.Of($"""
            <rect class="band {(index % 2 == 0 ? "even" : "odd")}" x="0" y="{top}"
            width="{layout.Width}" height="{CircuitLayout.BandHeight}" rx="6"/>
            <text class="layer" x="12" y="{top + CircuitLayout.BandHeight / 2 + 4}">layer {layer}</text>
            """);
    }
}
