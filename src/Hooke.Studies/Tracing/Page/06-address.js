// The page's address holds what was chosen, under the names that the field's viewers use, so that a link shows the same.

function toFragment(graph, chosen) {
  const parts = new URLSearchParams();
  parts.set("pruningThreshold", chosen.nodeShare);
  parts.set("densityThreshold", chosen.linkShare);
  const said = graph.query; // what the file chooses has to be taken back by name
  if (chosen.selected !== null || said.clickedId) parts.set("clickedId", graph.nodes[chosen.selected]?.id ?? "");
  const pinned = [...chosen.pinned].map(i => graph.nodes[i].id);
  if (pinned.length || said.pinnedIds) parts.set("pinnedIds", JSON.stringify(pinned));
  if (chosen.groups.length || said.supernodes) parts.set("supernodes", JSON.stringify(supernodes(graph, chosen.groups)));
  return parts.toString();
}

// What a fragment chooses, and the file where it says nothing; what they name and is not there is passed over.
function fromFragment(graph, fragment) {
  const parts = new URLSearchParams(fragment), said = graph.query, chosen = {};
  const share = name => {
    const value = Number.parseFloat(parts.get(name));
    return value >= 0 && value <= 1 ? value : null;
  };
  chosen.nodeShare = share("pruningThreshold");
  chosen.linkShare = share("densityThreshold");
  chosen.selected = graph.byId.get(parts.get("clickedId") ?? said.clickedId) ?? null;
  chosen.pinned = places(graph, parts.has("pinnedIds") ? parsed(parts.get("pinnedIds")) : said.pinnedIds);
  chosen.groups = groupsIn(graph, parts.has("supernodes") ? parsed(parts.get("supernodes")) : said.supernodes);
  return chosen;
}

const supernodes = (graph, groups) => groups.map(group => [group.name, ...group.members.map(i => graph.nodes[i].id)]);

const places = (graph, ids) => new Set((Array.isArray(ids) ? ids : []).map(id => graph.byId.get(id)).filter(i => i !== undefined));

function groupsIn(graph, lists) {
  const seen = new Set(), groups = [];
  for (const list of Array.isArray(lists) ? lists : []) {
    if (!Array.isArray(list)) continue;
    const members = [...places(graph, list.slice(1))].filter(i => !seen.has(i));
    members.forEach(i => seen.add(i));
    if (members.length) groups.push({ name: String(list[0] ?? ""), members });
  }
  return groups;
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}

// The graph as its file has it, with what was chosen: what the download holds.
function toFile(graph, chosen) {
  const query = { ...graph.query };
  query.pinnedIds = [...chosen.pinned].map(i => graph.nodes[i].id);
  query.supernodes = supernodes(graph, chosen.groups);
  query.clickedId = chosen.selected === null ? "" : graph.nodes[chosen.selected].id;
  return {
    metadata: graph.metadata, qParams: query, nodes: graph.nodes.map(node => node.raw),
    links: graph.weight.map((weight, l) =>
      ({ source: graph.nodes[graph.source[l]].id, target: graph.nodes[graph.target[l]].id, weight })),
    ...graph.others,
  };
}
