// Where nodes stand: layers from bottom to top, positions from left to right, a cell's nodes by influence.

const GAP = 15, ROW_PAD = 11, COLUMN_PAD = 16, LEFT = 58, TOP = 10, BOX_HEIGHT = 24;

// Gives { width, height, rows, columns } and every shown node its x and y (its middle) and w (a box's width).
function layOut(graph, kept, widthOf) {
  const shown = graph.nodes.filter(node => kept.nodes[node.i]);
  const columns = placeColumns(graph, shown, widthOf), rows = placeRows(graph, shown, columns, widthOf);
  const rowAt = new Map(rows.map(row => [row.row, row])), columnAt = new Map(columns.map(column => [column.column, column]));
  for (const [key, cell] of cells(shown)) {
    const [row, column] = key.split(" ").map(Number);
    if (rowAt.get(row).isTop) continue;
    placeCell(cell, rowAt.get(row), columnAt.get(column));
  }
  const last = columns[columns.length - 1], width = last.x + last.width + 14;
  placeTargets(shown.filter(node => node.kind === "target"), rows[rows.length - 1], width - 14);
  return { width, height: rows[0].y + rows[0].height + TOP, rows, columns, shown };
}

// The lowest row, of tokens, and the highest, of targets.
const edgesOf = layout => [layout.rows[0], layout.rows[layout.rows.length - 1]];

function cells(nodes) {
  const cells = new Map();
  for (const node of nodes) {
    const key = node.row + " " + node.column;
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(node);
  }
  for (const cell of cells.values()) cell.sort(byRank);
  return cells;
}

const byRank = (a, b) => (a.kind === "error") - (b.kind === "error") || (a.rank ?? 2) - (b.rank ?? 2) || a.i - b.i;

// A column is wide enough for its token and for its fullest cell, which is about twice as wide as high.
function placeColumns(graph, shown, widthOf) {
  const most = new Map(), boxes = new Map(), count = graph.columns;
  for (const node of shown) if (node.kind === "token") {
    node.w = widthOf(node.box) + 14;
    boxes.set(node.column, (boxes.get(node.column) ?? 0) + node.w + 4);
  }
  for (const [key, cell] of cells(shown.filter(node => node.kind !== "token" && node.kind !== "target"))) {
    const column = Number(key.split(" ")[1]);
    most.set(column, Math.max(most.get(column) ?? 0, cell.length));
  }
  const columns = [];
  let x = LEFT;
  for (let column = 0; column < count; column++) {
    const across = Math.max(1, Math.min(14, Math.ceil(Math.sqrt(2 * (most.get(column) ?? 0)))));
    const width = Math.max(across * GAP, boxes.get(column) ?? 0, column === 0 && !graph.hasSummed ? 0 : 20) + COLUMN_PAD;
    if (column === 0 && !graph.hasSummed) { columns.push({ column, x, width: 0, across }); continue; }
    columns.push({ column, x, width, across });
    x += width;
  }
  return columns;
}

// From the lowest row up; a row is as high as its fullest cell, an empty one is thin.
function placeRows(graph, shown, columns, widthOf) {
  const across = new Map(columns.map(column => [column.column, column.across])), lines = new Map();
  for (const [key, cell] of cells(shown)) {
    const [row, column] = key.split(" ").map(Number);
    lines.set(row, Math.max(lines.get(row) ?? 0, Math.ceil(cell.length / across.get(column))));
  }
  const rows = [];
  for (let row = 0; row < graph.rows; row++)
    rows.push({ row, isTop: row === graph.rows - 1, height: lines.has(row) ? Math.max(lines.get(row) * GAP + ROW_PAD, row === 0 ? 38 : 26) : 12 });
  const last = columns[columns.length - 1], width = last.x + last.width - LEFT;
  const targets = shown.filter(node => node.kind === "target");
  let used = 0, boxLines = 1;
  for (const node of targets) {
    node.w = Math.min(widthOf(node.box) + 18, width);
    if (used + node.w > width && used > 0) { boxLines++; used = 0; }
    used += node.w + 6;
  }
  rows[rows.length - 1].height = boxLines * (BOX_HEIGHT + 5) + ROW_PAD;
  let y = TOP;
  for (const row of [...rows].reverse()) { row.y = y; y += row.height; }
  return rows;
}

function placeCell(cell, row, column) {
  const boxed = cell.filter(node => node.kind === "token"), plain = cell.filter(node => node.kind !== "token");
  let x = column.x + (column.width - boxed.reduce((sum, node) => sum + node.w + 4, -4)) / 2;
  for (const node of boxed) { node.x = x + node.w / 2; node.y = row.y + row.height / 2; x += node.w + 4; }
  const across = Math.min(column.across, plain.length), lines = Math.ceil(plain.length / Math.max(across, 1));
  plain.forEach((node, k) => {
    const line = Math.floor(k / across), inLine = Math.min(across, plain.length - line * across);
    node.x = column.x + column.width / 2 + (k % across - (inLine - 1) / 2) * GAP;
    node.y = row.y + row.height / 2 + ((lines - 1) / 2 - line) * GAP;
  });
}

// Targets by weight, from the right, in as many lines as they need.
function placeTargets(targets, row, right) {
  const sorted = [...targets].sort((a, b) => (b.raw.token_prob ?? 0) - (a.raw.token_prob ?? 0) || a.i - b.i);
  let x = right, y = row.y + ROW_PAD / 2 + BOX_HEIGHT / 2;
  for (const node of sorted) {
    if (x - node.w < LEFT && x < right) { x = right; y += BOX_HEIGHT + 5; }
    node.x = x - node.w / 2; node.y = y;
    x -= node.w + 6;
  }
}
