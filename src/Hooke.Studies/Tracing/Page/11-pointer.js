// The pointer on the canvas: over, click, and drags: from node to node groups the two, over the ground marks what is inside.

function followPointer(graph, view, stage) {
  const { canvas } = stage, tip = byId("tip");
  let down = null;

  const hit = ({ x, y }) => {
    let best = null, least = 9;
    const [tokens, top] = edgesOf(view.layout), isEdge = y > tokens.y - 2 || y < top.y + top.height;
    for (const node of view.layout.shown) {
      if (isEdge && node.row !== tokens.row && node.row !== top.row) continue; // it is below a strip
      const away = node.w
        ? Math.max(Math.abs(x - node.x) - node.w / 2, Math.abs(y - node.y) - BOX_HEIGHT / 2, 0)
        : Math.hypot(x - node.x, y - node.y);
      if (away < least) [best, least] = [node.i, away];
    }
    return best;
  };

  canvas.addEventListener("pointermove", event => {
    const at = stage.toLayout(event), over = hit(at);
    if (down && (down.isDrag ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 5)) drag(at, over, event);
    if (over !== state.hovered && !view.lasso) change({ hovered: over });
    showTip(event, over);
  });
  canvas.addEventListener("pointerleave", () => { change({ hovered: null }); tip.hidden = true; });
  canvas.addEventListener("pointerdown", event => {
    if (event.button !== 0) return;
    const at = stage.toLayout(event);
    down = { at, node: hit(at), clientX: event.clientX, clientY: event.clientY, isDrag: false, shift: event.shiftKey };
    if (event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", event => {
    const from = down, over = hit(stage.toLayout(event));
    down = null;
    if (from?.isDrag) drop(from, over);
    else if (from) click(from);
    view.lasso = null;
    canvas.classList.remove("dragging");
    stage.redraw();
  });
  const giveUp = () => { down = view.lasso = null; canvas.classList.remove("dragging"); stage.redraw(); };
  canvas.addEventListener("pointercancel", giveUp);
  addEventListener("keydown", event => { if (event.key === "Escape" && down) { giveUp(); event.stopImmediatePropagation(); } });

  function drag(at, over, event) {
    if (down.node !== null) canvas.classList.add("dragging");
    else if (event.pointerType !== "touch") view.lasso = { x0: down.at.x, y0: down.at.y, x1: at.x, y1: at.y };
    stage.redraw();
  }

  function drop(from, over) {
    if (view.lasso) change({ marked: new Set([...(from.shift ? state.marked : []), ...inside(view.lasso)]) });
    else if (from.node !== null && over !== null && over !== from.node) join(graph, from.node, over);
  }

  function inside({ x0, y0, x1, y1 }) {
    return view.layout.shown.filter(node => (node.x - x0) * (node.x - x1) <= 0 && (node.y - y0) * (node.y - y1) <= 0)
      .map(node => node.i);
  }

  function click(from) {
    if (from.node === null) change({ selected: null, marked: from.shift ? state.marked : new Set() });
    else if (from.shift) toggle("marked", from.node);
    else change({ selected: from.node });
  }

  function showTip(event, over) {
    tip.hidden = over === null || Boolean(view.lasso);
    if (tip.hidden) return;
    tip.textContent = describe(graph, graph.nodes[over]);
    const right = event.clientX > innerWidth - 300;
    tip.style.left = event.clientX + (right ? -14 - tip.offsetWidth : 14) + "px";
    const low = event.clientY > innerHeight - 24 - tip.offsetHeight;
    tip.style.top = event.clientY + (low ? -10 - tip.offsetHeight : 16) + "px";
  }
}

function toggle(set, i) {
  const next = new Set(state[set]);
  if (!next.delete(i)) next.add(i);
  change({ [set]: next });
}

// The first joins the second's group, or both make one.
function join(graph, first, second) {
  const there = groupOf(second);
  if (there < 0) { makeGroup([second, first], nameFor(graph, second)); return; }
  const groups = state.groups.map(group => ({ ...group, members: group.members.filter(i => i !== first) }));
  groups[there].members.push(first);
  change({ groups: groups.filter(group => group.members.length > 0) });
}

const nameFor = (graph, i) => short(graph.nodes[i].label || graph.nodes[i].place, 40);
