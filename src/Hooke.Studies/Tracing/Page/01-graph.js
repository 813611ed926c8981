// The graph: nodes as the file has them, links as three arrays, and each node's links by place.

// What the page was given: the parsed contents of its data block.
function readGraph(data) {
  const nodes = data.nodes.map((raw, i) => ({ raw, i, id: raw.node_id, label: raw.clerp, ...data.places[i] }));
  for (const node of nodes) for (const name of ["label", "box", "place", "spot"]) node[name] = visible(node[name] ?? "");
  const graph = {
    nodes, metadata: data.metadata, query: data.query, others: data.others, details: data.details,
    source: data.source, target: data.target, weight: data.weight,
    byId: new Map(nodes.map(node => [node.id, node.i])),
  };
  graph.into = linksBy(nodes.length, graph.target);
  graph.outOf = linksBy(nodes.length, graph.source);
  return graph;
}

// For each node the places of its links, given the node at one end of every link.
function linksBy(count, ends) {
  const lists = Array.from({ length: count }, () => []);
  ends.forEach((end, link) => lists[end].push(link));
  return lists;
}

const isConstant = node => node.kind === "bias" || node.kind === "remainder";
