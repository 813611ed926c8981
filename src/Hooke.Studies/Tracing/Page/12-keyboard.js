// The keyboard: up and down along the strongest links, left and right within a row.

function followKeys(graph, view, stage) {
  const moves = {
    ArrowUp: i => neighbours(graph, view.kept, i, "out")[0]?.node,
    ArrowDown: i => neighbours(graph, view.kept, i, "in")[0]?.node,
    ArrowLeft: i => beside(i, -1),
    ArrowRight: i => beside(i, 1),
  };
  const acts = {
    " ": () => state.selected !== null && toggle("marked", state.selected),
    p: () => state.selected !== null && toggle("pinned", state.selected),
    g: () => groupMarked(graph),
    u: () => state.selected !== null && dissolve(groupOf(state.selected)),
    "+": () => zoomTo(view, stage, state.zoom * 1.25),
    "=": () => zoomTo(view, stage, state.zoom * 1.25),
    "-": () => zoomTo(view, stage, state.zoom / 1.25),
    0: () => zoomTo(view, stage, fitting(view, stage)),
  };

  const isPlain = event => !(event.ctrlKey || event.metaKey || event.altKey);
  stage.canvas.addEventListener("keydown", event => {
    if (!isPlain(event)) return;
    if (event.key in moves) go(moves[event.key]);
    else if (event.key in acts) acts[event.key]();
    else return;
    event.preventDefault();
  });
  byId("inspector").addEventListener("keydown", event => { // its buttons name these keys
    const isButton = event.target.matches("button"), isAct = "pug".includes(event.key) || event.key === " " && !isButton;
    if (!isPlain(event) || !isAct) return;
    acts[event.key]();
    event.preventDefault();
  });
  addEventListener("keydown", event => {
    const isTyping = event.target.matches?.("input:not([type=range])");
    if (event.key === "/" && isPlain(event) && !isTyping) { byId("search").focus(); event.preventDefault(); }
    if (event.key !== "Escape") return;
    if (isTyping) { event.target.blur(); stage.canvas.focus(); }
    else if (state.marked.size) change({ marked: new Set() });
    else change({ selected: null, hovered: null, search: "" });
  });

  function go(move) {
    const next = state.selected === null || !view.kept.nodes[state.selected] ? view.first() : move(state.selected);
    if (next === undefined || next === null) return;
    view.goTo(next);
  }

  function beside(i, step) {
    const row = view.layout.shown.filter(node => node.row === graph.nodes[i].row).sort((a, b) => a.x - b.x || b.y - a.y);
    return row[row.findIndex(node => node.i === i) + step]?.i;
  }
}

function groupMarked(graph) {
  const members = state.marked.size ? [...state.marked] : state.selected !== null ? [state.selected] : [];
  if (members.length === 0) return;
  makeGroup(members, nameFor(graph, members[0]));
  const inputs = document.querySelectorAll("#groups input");
  inputs[inputs.length - 1].focus();
  inputs[inputs.length - 1].select();
}

function dissolve(g) {
  if (g >= 0) change({ groups: state.groups.filter((_, k) => k !== g) });
}

const fitting = (view, stage) => Math.min(1.5, Math.max(0.55, stage.field.clientWidth / view.layout.width));

function zoomTo(view, stage, zoom) {
  const { field } = stage, before = state.zoom, after = Math.min(4, Math.max(0.3, zoom));
  const x = (field.scrollLeft + field.clientWidth / 2) / before, y = (field.scrollTop + field.clientHeight / 2) / before;
  change({ zoom: after });
  field.scrollTo(x * after - field.clientWidth / 2, y * after - field.clientHeight / 2);
}

// Tokens and targets are in sight, whatever the height; other nodes not below them.
function intoSight(node, view, { field }) {
  const x = node.x * state.zoom, y = node.y * state.zoom, edge = 60, [tokens, top] = edgesOf(view.layout);
  if (x < field.scrollLeft + edge || x > field.scrollLeft + field.clientWidth - edge) field.scrollLeft = x - field.clientWidth / 2;
  if (node.row === tokens.row || node.row === top.row) return;
  const from = field.scrollTop + top.height * state.zoom + 20;
  const to = field.scrollTop + field.clientHeight - tokens.height * state.zoom - 20;
  if (y < from || y > to) field.scrollTop = y - field.clientHeight / 2;
}
