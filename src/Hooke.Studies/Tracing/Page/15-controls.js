// Sliders, search, and what is saved.

function connectControls(graph, view) {
  for (const [id, key] of [["node-share", "nodeShare"], ["link-share", "linkShare"]]) {
    const slider = byId(id), said = byId(id + "-said");
    slider.addEventListener("input", () => change({ [key]: slider.valueAsNumber }));
    listen([key], () => { slider.value = state[key]; said.textContent = percent(state[key]); });
  }
  const search = byId("search");
  search.addEventListener("input", () => change({ search: search.value }));
  search.addEventListener("keydown", event => {
    const shown = view.found.filter(i => view.kept.nodes[i]);
    if (event.key !== "Enter" || shown.length === 0) return;
    view.goTo(shown[(shown.indexOf(state.selected) + 1) % shown.length]);
    event.preventDefault();
  });
  listen(["search"], () => { if (search.value !== state.search) search.value = state.search; });
  byId("group").addEventListener("click", () => groupMarked(graph));
  byId("download").addEventListener("click", () => download(graph));
}

function download(graph) {
  const text = JSON.stringify(toFile(graph, state));
  const link = element("a", {
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
    download: (String(graph.metadata.slug ?? "").replace(/[^\w.-]+/g, "-") || "graph") + ".json",
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// What the thresholds leave, in words.
function showCounts(graph, view) {
  const count = list => list.reduce((sum, kept) => sum + (kept ? 1 : 0), 0);
  const found = state.search ? ` ${view.found.filter(i => view.kept.nodes[i]).length} of them hold “${short(state.search, 30)}”.` : "";
  byId("counts").textContent = `Shown: ${count(view.kept.nodes)} of ${graph.nodes.length} nodes, `
    + `${count(view.kept.links)} of ${graph.weight.length} links.${found}`;
}
