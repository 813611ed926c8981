// Who acts on whom, among the links that stay.

// A node's inputs or outputs, largest first: [{ node, weight, link }].
function neighbours(graph, kept, i, side) {
  const [links, ends] = side === "in" ? [graph.into[i], graph.source] : [graph.outOf[i], graph.target];
  return links.filter(link => kept.links[link])
    .map(link => ({ node: ends[link], weight: graph.weight[link], link }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || a.node - b.node);
}

// Direct effects between groups: the sum of the links from members of one to members of the other.
function groupLinks(graph, kept, boxes) {
  const boxOf = new Map(boxes.flatMap((box, b) => box.members.map(i => [i, b])));
  const sums = new Map();
  for (const [i, b] of boxOf)
    for (const link of graph.into[i]) {
      const a = boxOf.get(graph.source[link]);
      if (!kept.links[link] || a === undefined || a === b) continue;
      const key = a * boxes.length + b;
      sums.set(key, (sums.get(key) ?? 0) + graph.weight[link]);
    }
  return [...sums].map(([key, weight]) => ({ source: Math.floor(key / boxes.length), target: key % boxes.length, weight }));
}

// The nodes that hold a text: in the label, the id or the token at the position.
function searched(graph, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  return graph.nodes.filter(node => node.text.toLowerCase().includes(wanted)).map(node => node.i);
}
