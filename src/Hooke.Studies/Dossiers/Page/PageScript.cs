namespace Hooke.Studies;

/// <summary>
/// The page's script: points out a component's or an edge's curves. Everything can be read without it.
/// </summary>
static class PageScript
{
    public const string Text = """
        "use strict";
        for (const svg of document.querySelectorAll("svg.circuit")) {
          const section = svg.closest("section"), readout = section.querySelector(".readout");
          const edges = [...svg.querySelectorAll(".edge")], nodes = [...svg.querySelectorAll("[data-node]")];
          const show = (hot, text) => {
            const ends = new Set(hot.flatMap(edge => [edge.dataset.s, edge.dataset.t]));
            svg.classList.toggle("pointed", text !== "");
            for (const edge of edges) edge.classList.toggle("hot", hot.includes(edge));
            for (const node of nodes) node.classList.toggle("hot", ends.has(node.dataset.node));
            readout.textContent = text;
          };
          const on = (element, hot, text) => {
            for (const type of ["pointerenter", "focus"])
              element.addEventListener(type, () => { show(hot(), text()); element.classList.add("hot"); });
            for (const type of ["pointerleave", "blur"])
              element.addEventListener(type, () => { show([], ""); element.classList.remove("hot"); });
          };
          const title = element => element.querySelector("title").textContent;
          for (const node of nodes)
            on(node, () => edges.filter(e => [e.dataset.s, e.dataset.t].includes(node.dataset.node)),
              () => title(node));
          for (const edge of edges)
            on(edge, () => [edge], () => title(edge));
          for (const row of section.querySelectorAll("[data-edge]")) {
            const own = edges.filter(e => e.dataset.e === row.dataset.edge);
            on(row, () => own, () => own.length ? title(own[0]) : "");
          }
        }

        """;
}
