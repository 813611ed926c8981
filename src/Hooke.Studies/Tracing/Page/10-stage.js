// The canvas: it draws what of the layout is in sight, whatever the size of the graph.

const MOST_FAINT_LINKS = 700;

function makeStage(graph, view) {
  const field = byId("field"), canvas = byId("stage"), spacer = byId("spacer"), pen = canvas.getContext("2d");
  let wanted = false;

  const widthOf = text => { pen.font = FONT; return Math.min(pen.measureText(text).width, 190); };
  const redraw = () => { if (!wanted) { wanted = true; requestAnimationFrame(draw); } };

  // From where on the page to where in the layout.
  const toLayout = event => {
    const box = canvas.getBoundingClientRect(), { x, y } = offset();
    return { x: (event.clientX - box.left - x) / state.zoom, y: (event.clientY - box.top - y) / state.zoom };
  };
  const offset = () => ({
    x: Math.max(0, (field.clientWidth - view.layout.width * state.zoom) / 2) - field.scrollLeft, y: -field.scrollTop,
  });

  function resize() {
    const content = view.layout.height * state.zoom, scale = devicePixelRatio;
    canvas.style.width = canvas.style.height = "0"; // so that the bars are those that the layout needs
    spacer.style.width = view.layout.width * state.zoom + "px";
    spacer.style.height = content + "px";
    field.style.height = Math.min(content + 4, Math.max(360, innerHeight * 0.74)) + "px";
    const wide = field.clientWidth, high = field.clientHeight;
    canvas.style.width = wide + "px";
    canvas.style.height = high + "px";
    canvas.width = Math.round(wide * scale);
    canvas.height = Math.round(high * scale);
    draw();
  }

  function draw() {
    wanted = false;
    const { x, y } = offset(), scale = devicePixelRatio * state.zoom;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(scale, 0, 0, scale, x * devicePixelRatio, y * devicePixelRatio);
    const sight = {
      left: -x / state.zoom, top: -y / state.zoom,
      right: (field.clientWidth - x) / state.zoom, bottom: (field.clientHeight - y) / state.zoom,
    };
    keepInSight(view.layout, sight);
    drawGround(pen, view.layout, sight, graph);
    drawLinks(pen);
    drawNodes(pen, sight);
    drawRowNames(pen, view.layout, sight, graph);
    if (view.lasso) drawLasso(pen, view.lasso);
  }

  function drawLinks(pen) {
    const focus = view.focus();
    if (focus === null) {
      view.strongest.forEach(({ link, part }) => one(link, 0.6 + 2 * part, 0.05 + 0.4 * part));
      return;
    }
    const links = [...neighbours(graph, view.kept, focus, "in"), ...neighbours(graph, view.kept, focus, "out")];
    const most = Math.max(...links.map(link => Math.abs(link.weight)), 1e-12);
    for (const { link, weight } of links.reverse()) {
      const part = Math.abs(weight) / most;
      one(link, 0.7 + 4 * part, 0.25 + 0.6 * part);
    }
  }

  const one = (link, width, alpha) => drawLink(
    pen, graph.nodes[graph.source[link]], graph.nodes[graph.target[link]], graph.weight[link], width, alpha);

  function drawNodes(pen, sight) {
    const focus = view.focus(), near = focus === null ? null : view.near(focus);
    const found = state.search ? new Set(view.found) : null;
    const rows = view.layout.rows, edges = [rows[0], rows[rows.length - 1]];
    const inner = view.layout.shown.filter(node => node.row !== 0 && node.row !== rows.length - 1);
    const outer = view.layout.shown.filter(node => node.row === 0 || node.row === rows.length - 1);
    inner.forEach(mark);
    edges.forEach(row => drawStrip(pen, row, view.layout, sight));
    outer.forEach(mark);
    const taken = [];
    state.groups.forEach((group, g) => drawGroupName(pen, graph, view, { ...group, g }, sight, taken));

    function mark(node) {
      const half = (node.w ?? 14) / 2 + 8;
      const isIn = node.x + half > sight.left && node.x - half < sight.right && node.y + 24 > sight.top && node.y - 24 < sight.bottom;
      if (!isIn) return;
      drawNode(pen, node, {
        isDim: (near && !near.has(node.i)) || (found && !found.has(node.i)), isHot: node.i === state.hovered,
        isSelected: node.i === state.selected, isMarked: state.marked.has(node.i), isPinned: state.pinned.has(node.i),
        group: view.groupAt.get(node.i) ?? -1,
      });
    }
  }

  field.addEventListener("scroll", redraw);
  addEventListener("resize", resize);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); redraw(); });
  return { field, canvas, widthOf, redraw, resize, toLayout };
}

function drawGround(pen, layout, sight, graph) {
  for (const row of layout.rows) if (row.row % 2 === 1) {
    pen.fillStyle = palette.faint;
    pen.globalAlpha = 0.6;
    pen.fillRect(LEFT - 6, row.y, layout.width - LEFT, row.height);
    pen.globalAlpha = 1;
  }
  pen.strokeStyle = palette.line;
  pen.lineWidth = 1;
  for (const column of layout.columns.slice(graph.hasSummed ? 1 : 2)) {
    if (column.x < sight.left || column.x > sight.right) continue;
    pen.globalAlpha = column.column === 1 ? 1 : 0.55;
    pen.beginPath();
    pen.moveTo(column.x, layout.rows[layout.rows.length - 1].home + layout.rows[layout.rows.length - 1].height);
    pen.lineTo(column.x, layout.height);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

// Tokens and targets stay in sight however far the reader scrolled: they stand on a strip at the edge.
function keepInSight(layout, sight) {
  const tokens = layout.rows[0], top = layout.rows[layout.rows.length - 1];
  move(tokens, Math.min(tokens.home ??= tokens.y, sight.bottom - tokens.height - 2));
  move(top, Math.max(top.home ??= top.y, sight.top + 2));

  function move(row, y) {
    for (const node of layout.shown) if (node.row === row.row) node.y += y - row.y;
    row.y = y;
  }
}

function drawStrip(pen, row, layout, sight) {
  if (row.y === row.home) return;
  pen.fillStyle = palette.card;
  pen.globalAlpha = 0.93;
  pen.fillRect(sight.left, row.y - 2, sight.right - sight.left, row.height + 4);
  pen.globalAlpha = 1;
  pen.strokeStyle = palette.line;
  pen.lineWidth = 1;
  const y = row.isTop ? row.y + row.height + 2 : row.y - 2;
  pen.beginPath();
  pen.moveTo(sight.left, y);
  pen.lineTo(sight.right, y);
  pen.stroke();
}

// The names of rows stay at the left edge however far the reader scrolled.
function drawRowNames(pen, layout, sight, graph) {
  if (sight.left > 0) {
    pen.fillStyle = palette.card;
    pen.globalAlpha = 0.9;
    pen.fillRect(sight.left, sight.top, LEFT - 8, sight.bottom - sight.top);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = palette.muted;
  pen.font = "11px ui-monospace, Menlo, Consolas, monospace";
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  const [tokens, top] = [layout.rows[0], layout.rows[layout.rows.length - 1]];
  for (const row of layout.rows) {
    const y = row.y + row.height / 2;
    if (row !== tokens && row !== top && (y > tokens.y - 4 || y < top.y + top.height + 4)) continue;
    pen.fillText(graph.rowNames[row.row], Math.max(sight.left, 0) + LEFT - 14, y);
  }
}

// Above the group's highest node, within the canvas, and above the names that already stand there.
function drawGroupName(pen, graph, view, group, sight, taken) {
  const shown = group.members.filter(i => view.kept.nodes[i]).map(i => graph.nodes[i]);
  if (shown.length === 0 || !group.name) return;
  const at = shown.reduce((best, node) => node.y < best.y ? node : best), text = short(visible(group.name), 28);
  pen.font = "600 12px system-ui, sans-serif";
  const width = pen.measureText(text).width + 12, isIn = at.x > sight.left && at.x < sight.right;
  const x = isIn ? Math.max(sight.left + width / 2 + 2, Math.min(at.x, sight.right - width / 2 - 2)) : at.x;
  let top = at.y - (at.w ? 22 : 12) - 18, other;
  const isOver = name => Math.abs(name.x - x) < (name.width + width) / 2 + 2 && Math.abs(name.top - top) < 20;
  while ((other = taken.find(isOver))) top = other.top - 20;
  taken.push({ x, width, top });
  pen.beginPath();
  pen.roundRect(x - width / 2, top, width, 18, 5);
  pen.fillStyle = palette.card;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = groupColour(group.g);
  pen.stroke();
  pen.fillStyle = palette.ink;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, x, top + 9.5);
}

function drawLasso(pen, { x0, y0, x1, y1 }) {
  pen.setLineDash([4, 3]);
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 1.5;
  pen.strokeRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
  pen.setLineDash([]);
}
