// The selected node: what it is, what acts on it, what it acts on, its top examples and what it does to logits.

const MOST_ROWS = 40;

function showInspector(graph, view) {
  const panel = byId("inspector");
  refill(panel, state.selected === null ? [hint()] : described(graph, view, graph.nodes[state.selected]));
}

const hint = () => element("p", { className: "none" },
  "Point at a node to see its links; click it, or reach it with the arrow keys, to see its inputs and outputs here.");

// A node in one line, for the pointer and for screen readers.
function describe(graph, node) {
  const parts = [node.kindName, node.label ? `“${short(node.label, 80)}”` : null, node.place,
    node.raw.activation != null ? `activation ${sized(node.raw.activation)}` : null];
  return parts.filter(Boolean).join(" · ");
}

function described(graph, view, node) {
  const isPinned = state.pinned.has(node.i), g = groupOf(node.i);
  const detail = graph.details[node.detail];
  return [
    element("header", {},
      element("p", { className: "kind " + node.kind }, node.kindName + (g >= 0 ? ` in “${visible(state.groups[g].name)}”` : "")),
      element("h3", {}, node.label || node.place),
      element("p", { className: "small" }, facts(node)),
      element("p", { className: "buttons" },
        button(isPinned ? "Unpin" : "Pin", "p", () => toggle("pinned", node.i)),
        button(state.marked.has(node.i) ? "Unmark" : "Mark", "space", () => toggle("marked", node.i)),
        g >= 0 ? button("Dissolve group", "u", () => dissolve(g)) : null)),
    restsOn(graph, node),
    linkLists(graph, view, node),
    detail ? detailOf(detail) : node.kind === "latent" ? element("p", { className: "none" }, "No examples came with this graph.") : null,
  ].filter(Boolean);
}

const button = (text, key, act) =>
  element("button", { type: "button", "data-key": key, onclick: act }, text, element("kbd", {}, key));

function facts(node) {
  return [node.place, node.raw.activation != null ? `activation ${sized(node.raw.activation)}` : null,
    node.raw.token_prob ? `probability ${percent(node.raw.token_prob)}` : null,
    node.raw.influence != null ? `within the first ${percent(node.raw.influence)} of influence` : null, visible(node.id)]
    .filter(Boolean).join(" · ");
}

// The parts of a node's inputs by kind, by absolute weight: what is explained and what is not.
function inputParts(graph, members) {
  const inside = new Set(members), parts = { tokens: 0, latents: 0, errors: 0, biases: 0 };
  for (const i of members) for (const link of graph.into[i]) {
    const node = graph.nodes[graph.source[link]], size = Math.abs(graph.weight[link]);
    if (inside.has(node.i)) continue;
    parts[node.kind === "token" ? "tokens" : node.kind === "latent" ? "latents" : node.kind === "error" ? "errors" : "biases"] += size;
  }
  const sum = Object.values(parts).reduce((a, b) => a + b, 0);
  return sum > 0 ? Object.entries(parts).map(([name, size]) => ({ name, share: size / sum })) : [];
}

function restsOn(graph, node) {
  const parts = inputParts(graph, [node.i]);
  if (parts.length === 0) return null;
  const said = parts.filter(part => part.share > 0).map(part => `${part.name} ${percent(part.share)}`).join(", ");
  return element("div", { className: "rests" }, partsBar(parts, 300, 10),
    element("p", { className: "small" }, `Inputs by size, all links of the file: ${said}.`));
}

function partsBar(parts, width, height) {
  const bar = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "parts", "aria-hidden": "true" });
  let x = 0;
  for (const { name, share } of parts) {
    bar.append(drawn("rect", { x, y: 0, width: share * width, height, class: "part " + name }));
    x += share * width;
  }
  return bar;
}

// Side by side where there are both.
function linkLists(graph, view, node) {
  const lists = [graph.into[node.i].length ? linkList(graph, view, node, "in", "Inputs") : null,
    graph.outOf[node.i].length ? linkList(graph, view, node, "out", "Outputs") : null].filter(Boolean);
  return element("div", { className: lists.length === 2 ? "halves" : "whole" }, ...lists);
}

function linkList(graph, view, node, side, title) {
  const all = neighbours(graph, view.kept, node.i, side);
  const hidden = (side === "in" ? graph.into : graph.outOf)[node.i].length - all.length;
  const most = Math.max(...all.map(link => Math.abs(link.weight)), 1e-12);
  const rest = [all.length > MOST_ROWS ? `${all.length - MOST_ROWS} smaller ones` : null,
    hidden > 0 ? `${hidden} below the thresholds` : null].filter(Boolean).join("; ");
  return element("section", {},
    element("h4", {}, `${title} (${all.length})`),
    all.length === 0 ? element("p", { className: "none" }, "None.") : element("ul", { className: "links" },
      ...all.slice(0, MOST_ROWS).map(link => linkRow(graph, view, link, most))),
    rest ? element("p", { className: "small" }, `Not listed: ${rest}.`) : null);
}

function linkRow(graph, view, { node: i, weight }, most) {
  const node = graph.nodes[i], bar = element("i", { className: weight < 0 ? "bar neg" : "bar pos" });
  bar.style.width = Math.max(1, 100 * Math.abs(weight) / most) + "%";
  const row = element("button", {
    type: "button", className: "link " + node.kind, onclick: () => { view.goTo(i); byId("inspector").focus(); },
    onpointerenter: () => change({ hovered: i }), onpointerleave: () => change({ hovered: null }),
    onfocus: () => change({ hovered: i }), onblur: () => change({ hovered: null }),
  }, element("b", {}, signed(weight)), element("span", { className: "name" }, node.label || node.kindName),
  element("span", { className: "where" }, node.spot), bar);
  row.dataset.node = i;
  return element("li", {}, row);
}

function detailOf(detail) {
  return element("div", { className: "detail" },
    detail.promotes.length ? element("div", { className: "halves" },
      effects("Logits it raises", detail.promotes), effects("Logits it lowers", detail.suppresses)) : null,
    detail.examples.length ? element("section", {}, element("h4", {}, "Where it is most active"),
      ...detail.examples.map(exampleOf)) : null);
}

const effects = (title, list) => element("section", {}, element("h4", {}, title), element("ul", { className: "effects" },
  ...list.map(([text, value]) => element("li", {}, element("code", {}, visible(text)), element("span", {}, signed(value))))));

// The tokens of a passage, each the more coloured the more active the latent is there.
function exampleOf({ tokens, activations }) {
  const most = Math.max(...activations, 1e-12);
  return element("p", { className: "passage" }, ...tokens.map((text, k) => {
    const span = element("span", { title: sized(activations[k]) }, visible(text));
    const part = Math.round(4 * activations[k] / most);
    if (part > 0) span.className = "heat-" + part;
    return span;
  }), element("small", {}, " " + sized(most)));
}
