// Puts the parts together.

function start() {
  const data = JSON.parse(byId("graph-data").textContent), graph = readGraph(data);
  Object.assign(graph, { rows: data.rows, columns: data.columns, rowNames: data.rowNames, hasSummed: data.hasSummed });
  const view = { found: [], groupAt: new Map(), lasso: null };
  view.first = () => {
    const targets = graph.nodes.filter(node => node.kind === "target");
    return (targets.find(node => node.raw.is_target_logit) ?? targets[0])?.i ?? null;
  };
  view.near = focus => new Set([focus, ...neighbours(graph, view.kept, focus, "in").map(link => link.node),
    ...neighbours(graph, view.kept, focus, "out").map(link => link.node)]);
  readColours();
  const stage = makeStage(graph, view);
  view.focus = () => [state.hovered, state.selected].find(i => i !== null && view.kept.nodes[i]) ?? null;
  view.goTo = i => {
    change({ selected: i, hovered: null });
    if (view.kept.nodes[i]) intoSight(graph.nodes[i], view, stage);
  };

  function pruned() {
    view.kept = prune(graph, state.nodeShare, state.linkShare);
    const scores = view.kept.scores, links = [...view.kept.links.keys()].filter(link => view.kept.links[link] && scores[link] > 0)
      .sort((a, b) => scores[b] - scores[a]).slice(0, MOST_FAINT_LINKS);
    view.strongest = links.map(link => ({ link, part: Math.sqrt(scores[link] / scores[links[0]]) })).reverse();
    view.layout = layOut(graph, view.kept, stage.widthOf);
  }

  const redrawn = () => {
    view.groupAt = new Map(state.groups.flatMap((group, g) => group.members.map(i => [i, g])));
    view.found = searched(graph, state.search);
    stage.redraw();
  };
  listen(["nodeShare", "linkShare"], () => { pruned(); stage.resize(); showCounts(graph, view); });
  listen(["zoom"], stage.resize);
  listen(["selected", "hovered", "marked", "pinned", "groups", "search"], redrawn);
  listen(["selected", "pinned", "groups", "marked", "nodeShare", "linkShare"], () => showInspector(graph, view));
  listen(["groups", "pinned", "marked", "nodeShare", "linkShare"], () => showGroups(graph, view));
  listen(["search"], () => showCounts(graph, view));
  listen(["selected", "pinned", "groups", "nodeShare", "linkShare"],
    () => history.replaceState(null, "", "#" + toFragment(graph, state)));
  listen(["hovered"], () => {
    for (const row of document.querySelectorAll(".link[data-node]"))
      row.classList.toggle("hot", Number(row.dataset.node) === state.hovered);
  });
  listen(["selected"], () => {
    byId("said").textContent = state.selected === null ? "" : describe(graph, graph.nodes[state.selected]);
  });

  connectControls(graph, view);
  const chosen = fromFragment(graph, location.hash.slice(1)), settings = data.thresholds;
  const choices = ({ nodeShare, linkShare, ...others }) =>
    ({ nodeShare: nodeShare ?? settings.node, linkShare: linkShare ?? settings.link, ...others, marked: new Set() });
  Object.assign(state, choices(chosen));
  pruned();
  state.zoom = fitting(view, stage);
  followPointer(graph, view, stage);
  followKeys(graph, view, stage);
  addEventListener("hashchange", () => { // a link to this page, opened where it is open
    if (location.hash.includes("pruningThreshold")) change(choices(fromFragment(graph, location.hash.slice(1))));
  });
  for (const { draw } of listeners) draw();
  document.documentElement.classList.add("ready");
}

if (document.getElementById("graph-data")) start();
