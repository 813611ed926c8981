using System.Text.Json;
using System.Text.RegularExpressions;
using Hooke.Circuits;

namespace Hooke.Studies.Tests;

/// <summary>What the page does when it is pointed at, clicked and typed to.</summary>
public sealed class TracePageHandsTests
{
    static readonly GraphFile File = SampleGraph.File(SampleGraph.Of(1));

    [BrowserFact]
    public void In_a_browser_the_pointer_shows_selects_and_marks()
    {
        JsonElement said = Do("""
            const [a, b] = latents, at = spots.get(a);
            point("pointermove", at); note("over", [state.hovered, byId("tip").hidden, byId("tip").textContent]);
            point("pointerleave", at); note("left", [state.hovered, byId("tip").hidden]);
            click(a); note("clicked", [state.selected, byId("inspector").textContent, byId("said").textContent]);
            click(a, { shiftKey: true }); click(b, { shiftKey: true }); note("marked", [...state.marked]);
            click(a, { shiftKey: true }); note("unmarked", [...state.marked]);
            click(a, { button: 2 }); click(null); note("ground", [state.selected, [...state.marked]]);
            note("nodes", [latents[0], latents[1]]); note("reached", spots.size);
            """);
        string a = said.GetProperty("nodes")[0].GetRawText(), b = said.GetProperty("nodes")[1].GetRawText();
        string id = File.Nodes[int.Parse(a, null)].Id;
        Assert.Equal(File.Nodes.Count, said.GetProperty("reached").GetInt32()); // each node is somewhere, and no other is over it
        Assert.StartsWith($"[{a},false,\"latent ", Text(said, "over"), StringComparison.Ordinal);
        Assert.Equal("[null,true]", Text(said, "left"));
        Assert.Equal(a, said.GetProperty("clicked")[0].GetRawText());
        Assert.Contains(id, said.GetProperty("clicked")[1].GetString(), StringComparison.Ordinal);
        Assert.StartsWith("latent ", said.GetProperty("clicked")[2].GetString(), StringComparison.Ordinal);
        Assert.Equal($"[{a},{b}]", Text(said, "marked"));
        Assert.Equal($"[{b}]", Text(said, "unmarked"));
        Assert.Equal("[null,[]]", Text(said, "ground"));
    }

    [BrowserFact]
    public void In_a_browser_a_node_dragged_onto_another_makes_a_group_and_a_third_joins_it()
    {
        JsonElement said = Do("""
            const [a, b, c] = latents, groups = () => state.groups.map(group => group.members);
            drag(spots.get(a), spots.get(b)); note("two", groups());
            drag(spots.get(c), spots.get(a)); note("three", groups());
            drag(spots.get(c), spots.get(latents[3])); note("moved", groups());
            drag(spots.get(a), ground); note("nowhere", groups());
            note("isDragging", stage.classList.contains("dragging")); note("nodes", latents.slice(0, 4));
            """);
        string[] n = [.. said.GetProperty("nodes").EnumerateArray().Select(node => node.GetRawText())];
        Assert.Equal($"[[{n[1]},{n[0]}]]", Text(said, "two"));
        Assert.Equal($"[[{n[1]},{n[0]},{n[2]}]]", Text(said, "three"));
        Assert.Equal($"[[{n[1]},{n[0]}],[{n[3]},{n[2]}]]", Text(said, "moved"));
        Assert.Equal(Text(said, "moved"), Text(said, "nowhere"));
        Assert.False(said.GetProperty("isDragging").GetBoolean());
    }

    [BrowserFact]
    public void In_a_browser_a_drag_over_the_ground_marks_what_is_inside_and_escape_gives_it_up()
    {
        JsonElement said = Do("""
            const box = stage.getBoundingClientRect(), first = { x: box.left + 62, y: box.top + 1 };
            const corner = { x: box.left + box.width / 2, y: box.bottom - 1 };
            point("pointerdown", first); point("pointermove", corner); press("Escape"); point("pointerup", corner);
            note("given up", state.marked.size);
            drag(first, corner);
            note("marked", [...state.marked].sort((a, b) => a - b));
            note("inside", [...spots].filter(([, at]) => at.x > first.x && at.x < corner.x).map(([i]) => i).sort((a, b) => a - b));
            byId("group").click();
            note("grouped", state.groups[0].members.length); note("after", state.marked.size);
            """);
        Assert.Equal(0, said.GetProperty("given up").GetInt32());
        Assert.Equal(Text(said, "inside"), Text(said, "marked"));
        Assert.InRange(said.GetProperty("marked").GetArrayLength(), 10, File.Nodes.Count - 10);
        Assert.Equal(said.GetProperty("marked").GetArrayLength(), said.GetProperty("grouped").GetInt32());
        Assert.Equal(0, said.GetProperty("after").GetInt32());
    }

    [BrowserFact]
    public void In_a_browser_arrows_walk_along_the_strongest_links()
    {
        JsonElement said = Do("""
            press("ArrowDown"); note("first", state.selected);
            press("ArrowDown"); note("down", state.selected);
            press("ArrowUp"); note("up", state.selected);
            click(latents[1]); press("ArrowRight"); note("right", state.selected);
            press("ArrowLeft"); note("left", [state.selected, latents[1]]);
            const before = state.selected; press("ArrowDown", stage, { ctrlKey: true }); note("held", state.selected === before);
            """);
        int target = File.Nodes.ToList().FindIndex(node => node.Probability is > 0.5f);
        int down = said.GetProperty("down").GetInt32();
        Assert.Equal(target, said.GetProperty("first").GetInt32());
        Assert.Equal(File.Links.Where(link => link.Target == target).MaxBy(link => Math.Abs(link.Weight)).Source, down);
        int up = File.Links.Where(link => link.Source == down).MaxBy(link => Math.Abs(link.Weight)).Target;
        Assert.Equal(up, said.GetProperty("up").GetInt32());
        Assert.NotEqual(said.GetProperty("left")[1].GetInt32(), said.GetProperty("right").GetInt32());
        Assert.Equal(said.GetProperty("left")[1].GetInt32(), said.GetProperty("left")[0].GetInt32());
        Assert.True(said.GetProperty("held").GetBoolean());
    }

    [BrowserFact]
    public void In_a_browser_the_other_keys_do_what_the_page_says()
    {
        JsonElement said = Do("""
            const [a, b] = latents, focused = () => document.activeElement.id || document.activeElement.tagName;
            click(a); press(" "); click(b); press(" "); note("space", [...state.marked]);
            press("g"); note("g", [state.groups[0].members, state.marked.size, focused()]);
            click(a); press("u"); note("u", state.groups);
            press("p"); note("p", [...state.pinned]); note("overview", [byId("overview-part").hidden, byId("overview").textContent]);
            const pin = byId("inspector").querySelector("[data-key=p]"); pin.focus(); pin.click();
            note("unpinned", [state.pinned.size, document.activeElement.textContent]);
            byId("inspector").focus(); press("p", byId("inspector")); note("in the panel", state.pinned.size);
            press("/", document.body); note("slash", focused());
            press("/", byId("search")); press("Escape", byId("search")); note("back", [focused(), state.selected]);
            press(" "); press("Escape"); note("marks", [state.marked.size, state.selected]);
            press("Escape"); note("selection", state.selected);
            const zoom = state.zoom; press("+"); note("larger", state.zoom / zoom);
            press("-"); press("-"); note("smaller", state.zoom / zoom); press("0"); note("fitting", state.zoom / zoom);
            note("nodes", [a, b]);
            """);
        string a = said.GetProperty("nodes")[0].GetRawText(), b = said.GetProperty("nodes")[1].GetRawText();
        Assert.Equal($"[{a},{b}]", Text(said, "space"));
        Assert.Equal($"[[{a},{b}],0,\"INPUT\"]", Text(said, "g"));
        Assert.Equal("[]", Text(said, "u"));
        Assert.Equal($"[{a}]", Text(said, "p"));
        Assert.False(said.GetProperty("overview")[0].GetBoolean());
        Assert.Equal("[0,\"Pinp\"]", Text(said, "unpinned")); // and the focus stays on the button
        Assert.Equal("1", Text(said, "in the panel"));
        Assert.Equal("\"search\"", Text(said, "slash"));
        Assert.Equal($"[\"stage\",{a}]", Text(said, "back"));
        Assert.Equal($"[0,{a}]", Text(said, "marks"));
        Assert.Equal("null", Text(said, "selection"));
        Assert.Equal(1.25, said.GetProperty("larger").GetDouble(), 1e-9);
        Assert.Equal(0.8, said.GetProperty("smaller").GetDouble(), 1e-9);
        Assert.Equal(1, said.GetProperty("fitting").GetDouble(), 1e-9);
    }

    [BrowserFact]
    public void In_a_browser_sliders_prune_and_search_finds()
    {
        JsonElement said = Do("""
            const type = (id, value) => { byId(id).value = value; byId(id).dispatchEvent(new Event("input", { bubbles: true })); };
            note("all", byId("counts").textContent);
            click(latents[0]); note("listed", byId("inspector").querySelectorAll(".link").length);
            type("node-share", "0.5"); note("nodes", [byId("counts").textContent, byId("node-share-said").textContent]);
            type("node-share", "1"); type("link-share", "0.3"); note("links", [byId("counts").textContent, location.hash]);
            type("link-share", "1"); note("again", byId("counts").textContent);
            type("search", "w2"); note("found", byId("counts").textContent);
            press("Enter", byId("search")); const one = state.selected; press("Enter", byId("search"));
            note("entered", [one, state.selected]);
            type("search", "not there"); press("Enter", byId("search")); note("none", [byId("counts").textContent, state.selected]);
            """);
        string all = said.GetProperty("all").GetString()!;
        Assert.StartsWith($"Shown: {File.Nodes.Count} of {File.Nodes.Count} nodes", all, StringComparison.Ordinal);
        Assert.NotEqual(0, said.GetProperty("listed").GetInt32());
        Assert.InRange(Shown(said.GetProperty("nodes")[0].GetString()!).Nodes, 8, File.Nodes.Count - 5);
        Assert.Equal("50 %", said.GetProperty("nodes")[1].GetString());
        Assert.InRange(Shown(said.GetProperty("links")[0].GetString()!).Links, 1, File.Links.Count - 20);
        Assert.Contains("densityThreshold=0.3", said.GetProperty("links")[1].GetString(), StringComparison.Ordinal);
        Assert.Equal(all, said.GetProperty("again").GetString());
        int[] holding = [.. Enumerable.Range(0, File.Nodes.Count).Where(i => File.Nodes[i].Position == 2 || File.Nodes[i].Label.Contains("w2"))];
        Assert.Contains($" {holding.Length} of them hold “w2”.", said.GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.Equal(holding[..2], said.GetProperty("entered").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Contains(" 0 of them hold", said.GetProperty("none")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(holding[1], said.GetProperty("none")[1].GetInt32());
    }

    [BrowserFact]
    public void In_a_browser_lists_lead_to_nodes_and_a_group_renamed_can_be_marked_at_once()
    {
        JsonElement said = Do("""
            click(latents[0]);
            const row = byId("inspector").querySelector(".link"), to = Number(row.dataset.node);
            row.focus(); note("pointed", [state.hovered, to]);
            row.click(); note("followed", [state.selected, state.hovered, document.activeElement.id]);
            drag(spots.get(latents[0]), spots.get(latents[1]));
            const name = document.querySelector("#groups input"), mark = document.querySelector("#groups button");
            name.focus(); name.value = "a <name>"; name.dispatchEvent(new Event("change", { bubbles: true }));
            note("named", [state.groups[0].name, name.isConnected, document.activeElement === name]);
            mark.click(); note("marked", [...state.marked].sort((a, b) => a - b)); press("Escape");
            const box = document.querySelector("#overview .box"); box.focus(); press("Enter", box);
            note("boxed", [state.marked.size, document.activeElement.dataset.key]);
            document.querySelectorAll("#groups button")[1].click(); note("dissolved", [state.groups.length, byId("groups").children.length]);
            note("nodes", latents.slice(0, 2));
            """);
        string to = said.GetProperty("pointed")[1].GetRawText();
        Assert.Equal($"[{to},{to}]", Text(said, "pointed"));
        Assert.Equal($"[{to},null,\"inspector\"]", Text(said, "followed"));
        Assert.Equal("[\"a <name>\",true,true]", Text(said, "named"));
        Assert.Equal(Text(said, "nodes"), Text(said, "marked"));
        Assert.Equal("[2,\"group 0\"]", Text(said, "boxed"));
        Assert.Equal("[0,0]", Text(said, "dissolved"));
    }

    [BrowserFact]
    public void In_a_browser_the_download_and_the_address_hold_what_was_chosen_and_what_was_taken_back()
    {
        JsonElement said = Do("""
            let text, name;
            window.Blob = function (parts) { text = parts.join(""); };
            URL.createObjectURL = () => "blob:none";
            HTMLAnchorElement.prototype.click = function () { name = this.download; };
            const chosen = () => [state.groups.length, state.pinned.size, state.selected];
            const go = hash => { history.replaceState(null, "", hash); dispatchEvent(new HashChangeEvent("hashchange")); };
            drag(spots.get(latents[0]), spots.get(latents[1])); click(latents[2]); press("p");
            byId("download").click(); note("file", JSON.parse(text)); note("name", name);
            note("chosen", chosen()); const full = location.hash;
            press("p"); click(latents[0]); press("u"); press("Escape"); note("empty", chosen()); const empty = location.hash;
            go(full); note("opened", chosen()); go(empty); note("emptied", chosen());
            go("#stage"); note("kept", chosen()); note("nodes", latents.slice(0, 3));
            """);
        Assert.Equal("sample.json", said.GetProperty("name").GetString());
        JsonElement query = said.GetProperty("file").GetProperty("qParams");
        int[] n = [.. said.GetProperty("nodes").EnumerateArray().Select(node => node.GetInt32())];
        Assert.Equal([File.Nodes[n[1]].Id, File.Nodes[n[0]].Id],
            query.GetProperty("supernodes")[0].EnumerateArray().Skip(1).Select(id => id.GetString()));
        Assert.Equal(File.Nodes[n[2]].Id, query.GetProperty("pinnedIds")[0].GetString());
        Assert.Equal(File.Nodes.Count, said.GetProperty("file").GetProperty("nodes").GetArrayLength());
        Assert.Equal(File.Links.Count, said.GetProperty("file").GetProperty("links").GetArrayLength());
        Assert.Equal($"[1,1,{n[2]}]", Text(said, "chosen"));
        Assert.Equal("[0,0,null]", Text(said, "empty"));
        Assert.Equal(Text(said, "chosen"), Text(said, "opened"));
        Assert.Equal("[0,0,null]", Text(said, "emptied"));
        Assert.Equal("[0,0,null]", Text(said, "kept"));
    }

    static string Text(JsonElement said, string name) => said.GetProperty(name).GetRawText();

    static (int Nodes, int Links) Shown(string counts)
    {
        Match match = Regex.Match(counts, "^Shown: ([0-9]+) of [0-9]+ nodes, ([0-9]+) of");
        return (int.Parse(match.Groups[1].Value, null), int.Parse(match.Groups[2].Value, null));
    }

    // Opens the page without its policy and does the steps in it; nodes are found as a hand finds them, by moving over the canvas.
    static JsonElement Do(string steps)
    {
        string page = Regex.Replace(TracePage.Render(File), "<meta http-equiv=[^>]*>", "");
        string document = Browser.Open(page.Replace("</body>", $$"""
            <pre id="out">nothing</pre>
            <script>
            const said = { errors: [] }, stage = byId("stage"), spots = new Map(), note = (name, value) => { said[name] = value; };
            addEventListener("error", event => said.errors.push(event.message));
            stage.setPointerCapture = () => {};
            const point = (type, { x, y }, more = {}) =>
              stage.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1, clientX: x, clientY: y, ...more }));
            const press = (key, on = stage, more = {}) =>
              on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
            const around = stage.getBoundingClientRect(), hits = new Map();
            let ground = null;
            for (let y = around.top + 2; y < around.bottom; y += 6) for (let x = around.left + 2; x < around.right; x += 6) {
              point("pointermove", { x, y });
              if (state.hovered === null) ground = { x, y };
              else hits.set(state.hovered, [...hits.get(state.hovered) ?? [], { x, y }]);
            }
            point("pointerleave", ground);
            for (const [i, at] of hits) spots.set(i, { x: mean(at.map(({ x }) => x)), y: mean(at.map(({ y }) => y)) });
            const latents = [...spots.keys()].filter(i => i < 48).sort((a, b) => a - b);
            const click = (i, more) => {
              const at = i === null ? ground : spots.get(i);
              point("pointerdown", at, more); point("pointerup", at, more);
            };
            const drag = (from, to) => { point("pointerdown", from); point("pointermove", to); point("pointerup", to); };
            try { {{steps}} } catch (error) { said.errors.push(String(error)); }
            byId("out").textContent = JSON.stringify(said);
            </script>
            </body>
            """, StringComparison.Ordinal));
        JsonElement said = JsonDocument.Parse(Browser.TextOf(document, "out")).RootElement;
        Assert.Equal("[]", Text(said, "errors"));
        return said;
    }
}
