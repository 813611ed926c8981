// Influence w (Ā + Ā² + …) and pruning, the same as Hooke computes them: constants take no part.

// Nodes, each after all nodes that it acts on.
function targetsFirst(graph) {
  const outgoing = graph.outOf.map(links => links.length);
  const order = graph.nodes.filter(node => outgoing[node.i] === 0).map(node => node.i);
  for (let done = 0; done < order.length; done++)
    for (const link of graph.into[order[done]])
      if (--outgoing[graph.source[link]] === 0) order.push(graph.source[link]);
  return order;
}

// Calls back with every link between members that carries flow towards the targets, and how much it carries.
function walkFlow(graph, order, members, visit) {
  const influence = new Float64Array(graph.nodes.length);
  for (const target of order) {
    const flow = members[target] ? influence[target] + weightOf(graph.nodes[target]) : 0;
    if (flow === 0) continue;
    const links = graph.into[target].filter(link => members[graph.source[link]]);
    const sum = Math.max(links.reduce((total, link) => total + Math.abs(graph.weight[link]), 0), 1e-10);
    for (const link of links) {
      const part = Math.abs(graph.weight[link]) * (flow / sum);
      influence[graph.source[link]] += part;
      visit(link, part);
    }
  }
  return influence;
}

const weightOf = node => node.kind === "target" ? node.raw.token_prob ?? 0 : 0;

const influenceOf = (graph, order, members) => walkFlow(graph, order, members, () => {});

// The share of all influence that a node and those of more influence have.
function cumulative(influence) {
  const order = [...influence.keys()].sort((a, b) => influence[b] - influence[a] || a - b);
  const total = influence.reduce((sum, value) => sum + value, 0), shares = new Float64Array(influence.length);
  let sum = 0;
  for (const i of order) shares[i] = total > 0 ? (sum += influence[i]) / total : 0;
  return shares;
}

// The least of the highest scores that together make up a share of their sum.
function scoreThreshold(scores, share) {
  const sorted = scores.filter(score => score > 0).sort().reverse();
  const wanted = share * sorted.reduce((sum, score) => sum + score, 0);
  let sum = 0;
  for (const score of sorted) if ((sum += score) >= wanted) return score;
  return sorted.length ? sorted[sorted.length - 1] : 0;
}

// What stays at two thresholds: { nodes, links, influence, scores }, the first two as arrays of 0 and 1.
// Constants stay with every link they have to a node that stays: they are never ranked.
function prune(graph, nodeShare, linkShare) {
  const order = graph.order ??= targetsFirst(graph);
  const members = graph.nodes.map(node => !isConstant(node));
  const influence = Float32Array.from(influenceOf(graph, order, members));
  const nodes = keptNodes(graph, influence, nodeShare);
  const scores = new Float32Array(graph.weight.length);
  walkFlow(graph, order, nodes, (link, part) => { scores[link] = part; });
  const least = scoreThreshold(scores, linkShare);
  const links = Uint8Array.from(scores, score => score > 0 && score >= least ? 1 : 0);
  while (dropDeadEnds(graph, nodes, links)) { /* until nothing goes */ }
  graph.nodes.filter(isConstant).forEach(node => {
    for (const link of graph.outOf[node.i])
      if (nodes[graph.target[link]]) nodes[node.i] = links[link] = 1;
  });
  return { nodes, links, influence, scores };
}

// A file that ranks its nodes is believed: its ranking is that of the graph before it was pruned. Kept are nodes until their
// share is reached, with the one that reaches it.
function keptNodes(graph, influence, share) {
  const isRanked = graph.nodes.some(node => node.raw.influence != null);
  const least = isRanked ? 0 : scoreThreshold(influence, share);
  const most = graph.nodes.reduce((next, { rank }) => rank >= share && rank < next ? rank : next, Infinity);
  return Uint8Array.from(graph.nodes, node => {
    if (node.kind === "token" || node.kind === "target") return 1;
    if (isConstant(node)) return 0;
    return isRanked ? node.raw.influence == null || node.raw.influence <= most : influence[node.i] >= least;
  });
}

// One round; whether anything went. Latents and errors that lead nowhere go, and latents that nothing leads to.
function dropDeadEnds(graph, nodes, links) {
  const acts = new Uint8Array(nodes.length), isActedOn = new Uint8Array(nodes.length);
  links.forEach((kept, link) => {
    if (!kept) return;
    const source = graph.source[link], target = graph.target[link];
    if (nodes[source] && nodes[target]) acts[source] = isActedOn[target] = 1;
    else links[link] = 0;
  });
  let dropped = false;
  for (const { i, kind } of graph.nodes) {
    const isEnd = kind === "error" ? !acts[i] : kind === "latent" && !(acts[i] && isActedOn[i]);
    if (nodes[i] && isEnd) { nodes[i] = 0; dropped = true; }
  }
  return dropped;
}
