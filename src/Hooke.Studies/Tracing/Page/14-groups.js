// Groups: the list in which they are named and dissolved, and the drawing of groups and pinned nodes alone.

function showGroups(graph, view) {
  const list = byId("groups");
  while (list.children.length > state.groups.length) list.lastChild.remove();
  while (list.children.length < state.groups.length) list.append(groupRow(list.children.length));
  state.groups.forEach((group, g) => fillRow(list.children[g], group));
  byId("no-groups").hidden = state.groups.length > 0;
  byId("group").textContent = state.marked.size ? `Group the ${state.marked.size} marked` : "Group the selected";
  showOverview(graph, view);
}

// A row stays while there are as many groups: what is focused or pressed in it is not lost when a name changes.
function groupRow(g) {
  const dot = element("i", { className: "dot group-" + g % 8 });
  const name = element("input", { "aria-label": `Name of group ${g + 1}`, maxLength: 80,
    onchange: event => change({ groups: state.groups.map((old, k) => k === g ? { ...old, name: event.target.value } : old) }) });
  return element("li", {}, dot, name,
    element("span", { className: "small" }),
    element("button", { type: "button", onclick: () => change({ marked: new Set(state.groups[g].members) }) }, "Mark"),
    element("button", { type: "button", onclick: () => dissolve(g) }, "Dissolve"));
}

function fillRow(row, { name, members }) {
  const input = row.querySelector("input");
  if (input.value !== name) input.value = name;
  row.querySelector("span").textContent = `${members.length} node${members.length === 1 ? "" : "s"}`;
}

// Groups, pinned nodes and the first target as boxes; a link is the sum of the links between the members.
function showOverview(graph, view) {
  const figure = byId("overview"), boxes = boxesOf(graph, view);
  byId("overview-part").hidden = state.groups.length + state.pinned.size === 0;
  if (byId("overview-part").hidden) return;
  const links = groupLinks(graph, view.kept, boxes), room = byId("field").clientWidth - 24;
  const { width, height } = placeBoxes(boxes, graph.columns, room);
  const most = Math.max(...links.map(link => Math.abs(link.weight)), 1e-12);
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", class: "overview",
    "aria-label": `${boxes.length} groups and pinned nodes, ${links.length} links between them` });
  links.sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight));
  for (const link of links) svg.append(boxLink(boxes[link.source], boxes[link.target], link.weight, Math.abs(link.weight) / most));
  boxes.forEach(box => svg.append(boxMark(graph, box)));
  refill(figure, [svg]);
}

function boxesOf(graph, view) {
  const taken = new Set(state.groups.flatMap(group => group.members)), first = view.first();
  const single = [...new Set([...state.pinned, ...(first === null ? [] : [first])])].filter(i => !taken.has(i));
  return [
    ...state.groups.map((group, g) => ({ name: group.name || `group ${g + 1}`, members: group.members, g })),
    ...single.map(i => ({ name: graph.nodes[i].box || graph.nodes[i].label || graph.nodes[i].place, members: [i], g: -1 })),
  ].map(box => ({ ...box, row: mean(box.members.map(i => graph.nodes[i].row)), column: mean(box.members.map(i => graph.nodes[i].column)) }));
}

const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;

const BOX = { width: 150, height: 46, across: 34, up: 46 };

// Boxes of about the same layer stand in one line, each as far to the right as its position.
function placeBoxes(boxes, columns, room) {
  const sorted = [...boxes].sort((a, b) => b.row - a.row), lines = [];
  for (const box of sorted) {
    const line = lines[lines.length - 1];
    if (line && line[0].row - box.row < 1.5) line.push(box);
    else lines.push([box]);
  }
  const step = BOX.width + BOX.across, width = Math.max(room, ...lines.map(line => line.length * step + 20));
  lines.forEach((line, k) => {
    line.sort((a, b) => a.column - b.column).forEach((box, n) => {
      const wanted = BOX.width / 2 + 10 + (width - BOX.width - 20) * box.column / Math.max(columns - 1, 1);
      box.x = Math.max(wanted, n ? line[n - 1].x + step : 0);
      box.y = 12 + BOX.height / 2 + k * (BOX.height + BOX.up);
      box.line = k;
    });
    let right = width - BOX.width / 2 - 10;
    for (const box of [...line].reverse()) { box.x = Math.min(box.x, right); right = box.x - step; }
  });
  return { width, height: lines.length * (BOX.height + BOX.up) - BOX.up + 24 };
}

function boxLink(from, to, weight, part) {
  const isDown = to.line > from.line, [low, high] = isDown ? [to, from] : [from, to]; // groups that span layers act both ways
  const y0 = low.y - BOX.height / 2, y1 = high.y + BOX.height / 2, bend = Math.max(24, Math.abs(y0 - y1) * 0.5);
  const isPast = low.line - high.line > 1 && Math.abs(low.x - high.x) < 60; // boxes stand between
  const aside = isPast ? -90 * (low.line - high.line - 1) : 0, x0 = low.x + (isDown ? 14 : 0), x1 = high.x + (isDown ? 14 : 0);
  const path = drawn("path", { d: `M${x0} ${y0}C${x0 + aside} ${y0 - bend} ${x1 + aside} ${y1 + bend} ${x1} ${y1}`,
    class: "edge " + (weight < 0 ? "neg" : "pos"), "stroke-width": 1 + 7 * part });
  const said = drawn("title");
  said.textContent = `${visible(from.name)} to ${visible(to.name)}: ${signed(weight)}`;
  path.append(said);
  return path;
}

function boxMark(graph, box) {
  const left = box.x - BOX.width / 2, top = box.y - BOX.height / 2;
  const mark = drawn("g", { tabindex: 0, role: "button", class: "box", "data-key": box.g >= 0 ? "group " + box.g : box.members[0] });
  const parts = inputParts(graph, box.members), text = drawn("text", { x: box.x, y: box.y - 2, "text-anchor": "middle" });
  text.textContent = short(visible(box.name), 18);
  const said = drawn("title");
  said.textContent = `${visible(box.name)}: ${parts.map(part => `${part.name} ${percent(part.share)}`).join(", ") || "no inputs"}`;
  mark.append(said, drawn("rect", { x: left, y: top, width: BOX.width, height: BOX.height, rx: 8,
    class: "frame" + (box.g >= 0 ? " group-" + box.g % 8 : "") }), text);
  const bar = partsBar(parts, BOX.width - 24, 6);
  bar.setAttribute("x", left + 12);
  bar.setAttribute("y", box.y + 10);
  mark.append(bar);
  const act = () => box.members.length === 1 ? change({ selected: box.members[0] }) : change({ marked: new Set(box.members) });
  mark.addEventListener("click", act);
  mark.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { act(); event.preventDefault(); } });
  return mark;
}
