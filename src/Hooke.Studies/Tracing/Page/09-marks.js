// How a node is drawn: latents as discs, errors as diamonds, biases as triangles, tokens and targets as boxes.

const FONT = "12px ui-monospace, Menlo, Consolas, monospace";

function drawNode(pen, node, { isDim, isHot, isSelected, isMarked, isPinned, group }) {
  const alpha = !isDim ? 1 : node.w ? 0.5 : 0.4;
  pen.globalAlpha = alpha;
  const colour = kindColour(node.kind);
  if (node.w) drawBox(pen, node, isHot || isSelected);
  else {
    shape(pen, node, isHot || isSelected ? 6.5 : 4.8);
    pen.fillStyle = palette.card;
    pen.fill();
    if (node.kind === "latent") {
      pen.globalAlpha *= 1 - 0.62 * (node.rank ?? 0.5);
      pen.fillStyle = colour;
      pen.fill();
      pen.globalAlpha = alpha;
    }
    pen.lineWidth = 1.5;
    pen.strokeStyle = colour;
    pen.stroke();
    if (isPinned) disc(pen, node, 1.8, palette.card);
  }
  if (group >= 0) outline(pen, node, 3, groupColour(group), 2.4, []);
  if (isMarked) outline(pen, node, 5.5, palette.accent, 1.5, [3, 2]);
  if (isSelected) outline(pen, node, 4, palette.ink, 2, []);
  pen.globalAlpha = 1;
}

function shape(pen, { x, y, kind }, r) {
  pen.beginPath();
  if (kind === "latent") pen.arc(x, y, r, 0, 2 * Math.PI);
  else if (kind === "error") polygon(pen, [[x, y - r - 1], [x + r + 1, y], [x, y + r + 1], [x - r - 1, y]]);
  else if (kind === "bias") polygon(pen, [[x, y - r - 0.5], [x + r + 0.5, y + r - 0.5], [x - r - 0.5, y + r - 0.5]]);
  else pen.rect(x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1);
}

function polygon(pen, points) {
  points.forEach(([x, y], k) => k ? pen.lineTo(x, y) : pen.moveTo(x, y));
  pen.closePath();
}

function disc(pen, { x, y }, r, colour) {
  pen.beginPath();
  pen.arc(x, y, r, 0, 2 * Math.PI);
  pen.fillStyle = colour;
  pen.fill();
}

function drawBox(pen, node, isHot) {
  const isTarget = node.kind === "target", height = BOX_HEIGHT;
  pen.beginPath();
  pen.roundRect(node.x - node.w / 2, node.y - height / 2, node.w, height, 5);
  pen.fillStyle = isTarget ? palette.ink : palette.card;
  pen.fill();
  pen.lineWidth = isHot ? 2 : 1;
  pen.strokeStyle = isHot ? palette.accent : isTarget ? palette.ink : palette.muted;
  pen.stroke();
  pen.fillStyle = isTarget ? palette.bg : palette.ink;
  pen.font = FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(node.box, node.x, node.y + 0.5, node.w - 6);
}

function outline(pen, node, by, colour, width, dash) {
  pen.beginPath();
  if (node.w) pen.roundRect(node.x - node.w / 2 - by, node.y - BOX_HEIGHT / 2 - by, node.w + 2 * by, BOX_HEIGHT + 2 * by, 7);
  else pen.arc(node.x, node.y, 4.8 + by, 0, 2 * Math.PI);
  pen.setLineDash(dash);
  pen.lineWidth = width;
  pen.strokeStyle = colour;
  pen.stroke();
  pen.setLineDash([]);
}

// A link: solid and blue where it adds, dashed and orange where it takes away.
function drawLink(pen, from, to, weight, width, alpha) {
  const bend = Math.max(18, Math.abs(from.y - to.y) * 0.45), up = BOX_HEIGHT / 2;
  const y0 = from.y - (from.w ? up : 5), y1 = to.y + (to.w ? up : 5);
  pen.beginPath();
  pen.moveTo(from.x, y0);
  pen.bezierCurveTo(from.x, y0 - bend, to.x, y1 + bend, to.x, y1);
  pen.setLineDash(weight < 0 ? [5, 4] : []);
  pen.globalAlpha = alpha;
  pen.lineWidth = width;
  pen.strokeStyle = weight < 0 ? palette.neg : palette.pos;
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}
