using Hooke.Circuits;

namespace Hooke.Studies;

/// <summary>The parts of a graph's page that stand still.</summary>
static class TracePageSections
{
    public static Html Header(GraphFile file) => Html.Of($"""
        <header class="top"><p class="brand"><b>Hooke</b> attribution graph</p>
        <h1>{file.PromptTokens.Take(400).Select(token => Html.Of($"<span class=\"tok\">{token}</span>"))}</h1>
        <p class="small">{file.Scan} · {file.Slug}{Maker(file)}</p></header>
        """);

    public static Html LeftOut(TraceShown shown, GraphFile file)
    {
        List<string> said = [.. file.Notes.Select(note => $"Of the file: {note}.")];
        if (shown.Nodes.Count < shown.AllNodes || shown.Links.Count < shown.AllLinks)
            said.Insert(0, $"This page shows the {shown.Nodes.Count:n0} most influential of {shown.AllNodes:n0} nodes, and "
                + $"{shown.Links.Count:n0} of {shown.AllLinks:n0} links: {shown.AllNodes - shown.Nodes.Count:n0} nodes and "
                + $"{shown.AllLinks - shown.Links.Count:n0} links are in the file and not here, "
                + "nor in what can be downloaded here.");
        return Html.Join(said.Select(sentence => Html.Of($"<p class=\"left-out\">{sentence}</p>")));
    }

    public static Html Work { get; } = Html.Of($"""
        <div class="controls" role="group" aria-label="What is shown">
        <label for="node-share">Nodes, by influence <input type="range" id="node-share" min="0.05" max="1" step="0.01"
        value="1"><output id="node-share-said" for="node-share"></output></label>
        <label for="link-share">Links, by score <input type="range" id="link-share" min="0.05" max="1" step="0.01"
        value="1"><output id="link-share-said" for="link-share"></output></label>
        <label for="search">Search <input type="search" id="search" autocomplete="off" spellcheck="false"><kbd>/</kbd></label>
        <button type="button" id="download">Download JSON</button>
        </div>
        <p class="small" id="counts" role="status"></p>
        <div class="work">
        <div>
        <section class="pane graph" aria-label="The graph"><div id="field"><div id="spacer"></div><canvas id="stage"
        tabindex="0"
        role="application" aria-label="Attribution graph: layers from bottom to top, positions from left to right"
        aria-describedby="said keys"></canvas></div>
        {Legend}</section>
        <section class="pane grouping" id="overview-part" hidden><h2>Groups and pinned nodes</h2>
        <p class="small">A line is the sum of the links between the members; the bar in a box says by size what its inputs are:
        {Key("tokens", "tokens")}, {Key("latents", "latents")}, {Key("errors", "errors")},
        {Key("biases", "biases and the rest")}.</p>
        <div id="overview" class="scroll"></div></section>
        </div>
        <div>
        <aside class="pane" id="inspector" tabindex="-1" aria-label="The selected node"></aside>
        <section class="pane grouping"><h2>Groups</h2>
        <p class="small none" id="no-groups">Drag a node onto another, or drag over several, and press <b>Group</b>. Groups
        are kept in this
        page's address and in the downloaded JSON, as supernodes.</p>
        <ul id="groups"></ul>
        <p><button type="button" id="group">Group the selected</button></p></section>
        </div>
        </div>
        <output class="visually-hidden" id="said" aria-live="polite"></output>
        <div id="tip" hidden></div>
        """);

    public static Html Help { get; } = Html.Of($"""
        <details><summary>Keys</summary><div class="keys" id="keys">
        <kbd>↑</kbd><span>to the node that the selected one acts on most</span>
        <kbd>↓</kbd><span>to the node that acts most on the selected one</span>
        <kbd>← →</kbd><span>to the next node of the same layer</span>
        <kbd>space</kbd><span>mark the selected node for a group; with the pointer: shift and click, or drag over the
        ground</span>
        <kbd>g</kbd><span>group what is marked</span><kbd>u</kbd><span>dissolve the selected node's group</span>
        <kbd>p</kbd><span>pin the selected node: pinned nodes and groups are drawn below the graph</span>
        <kbd>/</kbd><span>search in labels, ids and tokens; enter goes to the next that was found</span>
        <kbd>+ − 0</kbd><span>larger, smaller, as wide as the page</span><kbd>esc</kbd><span>take back marks, selection,
        search</span>
        </div></details>
        """);

    internal static Html Key(string kind, string name) => Html.Of($"<span><i class=\"key {kind}\"></i>{name}</span>");

    static Html Legend => Html.Of($"""
        <div class="legend-line" aria-hidden="true">
        <span><svg width="14" height="14"><circle class="latent" cx="7" cy="7" r="5"/></svg>latent, fainter with less
        influence</span>
        <span><svg width="14" height="14"><path class="error" d="M7 1L13 7L7 13L1 7Z"/></svg>error: what the latents miss</span>
        <span><svg width="14" height="14"><path class="bias" d="M7 2L13 12H1Z"/></svg>bias</span>
        <span><svg width="14" height="14"><rect class="bias" x="2.5" y="2.5" width="9" height="9"/></svg>rest</span>
        <span><svg class="key" viewBox="0 0 26 8" width="26" height="8"><path class="edge pos" stroke-width="3"
        d="M0 4H26"/></svg>adds</span>
        <span><svg class="key" viewBox="0 0 26 8" width="26" height="8"><path class="edge neg" stroke-width="3"
        d="M0 4H26"/></svg>takes away</span>
        </div>
        """);

    static string Maker(GraphFile file) =>
        file.Metadata["info"]?["generator"] is System.Text.Json.Nodes.JsonObject maker && maker["name"] is { } name
            ? $" · made by {name} {maker["version"]}".TrimEnd() : "";
}
