namespace Hooke.Studies;

/// <summary>
/// The page's style sheet: light and dark, wide and narrow; blue and orange stay apart for every eye.
/// </summary>
static class PageStyle
{
    public const string Sheet = Colours + Text + Header + Figures + Tables;

    /// <summary>Of a page of figures.</summary>
    public const string Figure = Sheet + Lines + Lens;

    /// <summary>Of a drawing in a file of its own.</summary>
    public const string Drawings = Colours + Figures + Lines;

    const string Colours = """
        :root { color-scheme: light dark; --bg: #faf8f3; --card: #ffffff; --faint: #efebe1; --line: #d9d3c5;
          --ink: #211e19; --muted: #635d52; --pos: #0b5cab; --neg: #b3500a; --on: #ffffff; --accent: #0f6656;
          --pass: #0f665622; --bad: #a3271d; }
        @media (prefers-color-scheme: dark) { :root { --bg: #161513; --card: #1f1d1a; --faint: #282520;
          --line: #3c3831; --ink: #ece7dc; --muted: #a9a294; --pos: #6fb4f5; --neg: #f2a15c; --on: #11151a;
          --accent: #5cc7b0; --pass: #5cc7b02b; --bad: #ff8a7d; } }

        """;

    const string Text = """
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        body { margin: 0; background: var(--bg); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
        main, footer { max-width: 1000px; margin: 0 auto; padding: 0 20px; }
        main { overflow-wrap: break-word; }
        h1, h2 { font-family: ui-serif, Georgia, "Times New Roman", serif; line-height: 1.2; text-wrap: balance; }
        h1 { font-size: clamp(1.55rem, 4.2vw, 2.3rem); margin: 0 0 22px; font-weight: 600; }
        h2 { font-size: 1.5rem; margin: 0 0 10px; font-weight: 600; }
        h3 { font-size: 1.02rem; margin: 26px 0 8px; }
        h4 { font-size: 1rem; margin: 0; }
        p { margin: 0 0 12px; }
        .prose, section > p { max-width: 46rem; }
        section[id] { padding: 34px 0 10px; border-top: 1px solid var(--line); margin-top: 28px; }
        a { color: var(--accent); }
        code, pre, .layer, .circuit text { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
        code { font-size: 0.88em; }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px;
          overflow-x: auto; }
        ul { margin: 0; padding-left: 1.2rem; } li { margin-bottom: 6px; }
        q { font-style: italic; }
        .small, figcaption, small { font-size: 0.87rem; color: var(--muted); }
        .none { color: var(--muted); font-style: italic; }
        .skip { position: absolute; left: -999px; } .skip:focus { left: 12px; top: 8px; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
        footer { border-top: 1px solid var(--line); margin-top: 40px; padding: 18px 20px 40px; color: var(--muted);
          font-size: 0.87rem; }
        .token-chip { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.9em; padding: 1px 7px;
          border-radius: 5px;
          border: 1px solid currentColor; white-space: pre-wrap; }
        .token-chip.pos { color: var(--pos); } .token-chip.neg { color: var(--neg); border-style: dashed; }

        """;

    const string Header = """
        header { padding-top: 34px; }
        .brand { color: var(--muted); letter-spacing: 0.02em; margin-bottom: 14px; }
        .brand b { color: var(--ink); font-family: ui-serif, Georgia, serif; font-size: 1.1em; }
        .verdict { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
          padding: 18px 20px 20px; }
        .tier { font-size: 1.1rem; margin-bottom: 16px; } .tier strong { color: var(--accent); }
        .tier-off .tier strong { color: var(--bad); }
        .ladder { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(5, 1fr);
          gap: 6px; }
        .ladder li { border-top: 5px solid var(--line); padding: 8px 6px 0 0; margin: 0; line-height: 1.3; }
        .ladder b { display: block; font-size: 0.92rem; margin-bottom: 3px; }
        .ladder small { font-size: 0.8rem; display: block; }
        .ladder .below, .ladder .here { border-top-color: var(--accent); }
        .ladder .here b::before { content: "▲ "; color: var(--accent); }
        .ladder .next { border-top: 5px dotted var(--accent); }
        .ladder .next b, .ladder .above b { color: var(--muted); font-weight: 500; }
        .verdict h2 { font-size: 1.05rem; margin: 20px 0 8px; } .verdict li { font-size: 0.95rem; }
        .verdict ul { max-width: 50rem; } .verdict details { margin-bottom: 0; }
        nav { display: flex; flex-wrap: wrap; gap: 6px 18px; margin-top: 26px; font-size: 0.93rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
          margin: 18px 0 8px; }
        .tile { display: flex; flex-direction: column; background: var(--card); border: 1px solid var(--line);
          border-radius: 10px; padding: 12px 14px; }
        .tile > span { color: var(--muted); font-size: 0.87rem; display: block; }
        .tile b { font: 600 1.7rem/1.2 ui-serif, Georgia, serif; display: block; }
        @media (max-width: 720px) {
          .ladder { grid-template-columns: 1fr; gap: 0; }
          .ladder li { border-top: 0; border-left: 5px solid var(--line); padding: 5px 0 7px 12px; }
          .ladder .below, .ladder .here { border-left-color: var(--accent); }
          .ladder .next { border-top: 0; border-left: 5px dotted var(--accent); }
          main, footer { padding-left: 16px; padding-right: 16px; }
        }

        """;

    const string Figures = """
        figure { display: flex; flex-wrap: wrap; gap: 10px 24px; align-items: center; margin: 14px 0;
          background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px; }
        figcaption { flex: 1 1 210px; max-width: 46rem; }
        .scroll { overflow-x: auto; }
        figure > .scroll { flex: 0 1 auto; min-width: 0; max-width: 100%;
          background: linear-gradient(90deg, var(--card) 30%, transparent),
          linear-gradient(270deg, var(--card) 30%, transparent) 100% 0,
          linear-gradient(90deg, var(--line), transparent), linear-gradient(270deg, var(--line), transparent) 100% 0;
          background-size: 40px 100%, 40px 100%, 10px 100%, 10px 100%; background-repeat: no-repeat;
            background-attachment: local, local, scroll, scroll; }
        svg { display: block; max-width: none; } svg text { fill: var(--ink); font-size: 12px; }
        svg.fit { max-width: 100%; height: auto; } svg.fit text { font-size: 13.5px; }
        svg.key, svg.legend { display: inline-block; vertical-align: middle; }
        svg.legend { max-width: 100%; height: auto; }
        .tick, .axis { text-anchor: middle; } svg .tick, svg .axis { fill: var(--muted); }
        svg .end { text-anchor: end; } svg .start { text-anchor: start; } svg .mark { font-weight: 600; }
        .rule { stroke: var(--muted); stroke-width: 1; } .grid { stroke: var(--line); stroke-width: 1; }
        .pass { fill: var(--pass); } .ci { stroke: var(--ink); stroke-width: 2; fill: none; }
        .dot { fill: var(--ink); } .dot.kept { fill: var(--accent); } .bar { fill: var(--muted); }
        .curve { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linejoin: round; }
        .chosen { stroke: var(--accent); stroke-width: 2.5; } svg .mark { fill: var(--accent); font-size: 13px; }
        rect.pos { fill: var(--pos); }
        rect.neg { fill: var(--neg); }
        rect.other { fill: var(--muted); }
        rect.track { fill: var(--faint); }
        .frame { fill: none; stroke: var(--line); stroke-width: 1; }
        svg .cell { font-size: 11px; text-anchor: middle; pointer-events: none; }
        svg .cell.on { fill: var(--on); font-weight: 600; }
        svg .token { text-anchor: middle; font-family: ui-monospace, Menlo, Consolas, monospace; }
        svg .token.start { text-anchor: start; }
        .maps { margin-top: 16px; } .map h3 code { color: var(--muted); font-weight: 400; margin-left: 6px; }
        .circuit { margin: 0 auto; } .circuit text { font-size: 12.5px; text-anchor: middle; }
        .circuit .layer { text-anchor: start; font-size: 11.5px; fill: var(--muted); }
        .circuit .port { font-size: 10.5px; fill: var(--muted); }
        .latents .dot { fill: var(--accent); } .unexplained { fill: var(--card); stroke: var(--bad); stroke-width: 1.6; }
        .latents .node text { paint-order: stroke; stroke: var(--card); stroke-width: 3; }
        .latents .edge { opacity: 0.55; }
        .band.even { fill: var(--faint); } .band.odd { fill: transparent; }
        .idle rect { fill: none; stroke: var(--line); stroke-dasharray: 2 3; }
        .circuit .idle text { fill: var(--muted); opacity: 0.55; font-size: 11px; }
        .ground { fill: var(--card); stroke: var(--ink); stroke-width: 1.3; } .node { cursor: default; }
        .edge { fill: none; stroke-linecap: round; }
        .edge.pos { stroke: var(--pos); }
        .edge.neg { stroke: var(--neg); stroke-dasharray: 7 5; stroke-linecap: butt; }
        .pointed .edge:not(.hot) { opacity: 0.08; }
        .pointed .node:not(.hot) { opacity: 0.35; }
        .node.hot .ground { stroke-width: 2.4; }
        .readout { display: block; min-height: 1.6em; font-size: 0.9rem;
          font-family: ui-monospace, Menlo, Consolas, monospace; }

        """;

    const string Lines = """
        .paper { fill: var(--bg); }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .line-0 { stroke: var(--pos); } svg .line-name-0 { fill: var(--pos); }
        .line-1 { stroke: var(--neg); stroke-dasharray: 7 4; } svg .line-name-1 { fill: var(--neg); }
        .line-2 { stroke: var(--accent); stroke-dasharray: 2 3; } svg .line-name-2 { fill: var(--accent); }
        .line-3 { stroke: var(--ink); } svg .line-name-3 { fill: var(--ink); }
        .line-4 { stroke: var(--muted); stroke-dasharray: 10 3 2 3; } svg .line-name-4 { fill: var(--muted); }

        """;

    const string Lens = """
        .lens td, .lens th { padding: 4px 9px; white-space: pre; font-size: 0.82rem; }
        .lens td { border: 1px solid var(--line); background: var(--card);
          font-family: ui-monospace, Menlo, Consolas, monospace; }
        .lens td small { color: inherit; } .lens tbody th { color: var(--muted); font-weight: 500; }
        .lens .shade-1 { background: color-mix(in srgb, var(--pos) 10%, var(--card)); }
        .lens .shade-2 { background: color-mix(in srgb, var(--pos) 20%, var(--card)); }
        .lens .shade-3 { background: color-mix(in srgb, var(--pos) 30%, var(--card)); }
        .lens .shade-4 { background: color-mix(in srgb, var(--pos) 40%, var(--card)); }
        .lens .shade-5 { background: color-mix(in srgb, var(--pos) 50%, var(--card)); }
        .lens .shade-6 { background: color-mix(in srgb, var(--pos) 60%, var(--card)); }
        .lens .shade-7 { background: color-mix(in srgb, var(--pos) 70%, var(--card)); }
        .lens .shade-8 { background: color-mix(in srgb, var(--pos) 80%, var(--card)); color: var(--on); }
        .lens .shade-9 { background: color-mix(in srgb, var(--pos) 90%, var(--card)); color: var(--on); }
        .lens .shade-10 { background: color-mix(in srgb, var(--pos) 100%, var(--card)); color: var(--on); }
        @media (prefers-color-scheme: dark) { .lens .shade-7 { color: var(--on); } }
        .lens .detail { display: none; position: fixed; left: 0; right: 0; bottom: 0; padding: 12px 20px; color: var(--ink);
          background: var(--card); border-top: 2px solid var(--accent); white-space: normal; font-size: 0.9rem; z-index: 1; }
        .lens td:focus .detail { display: block; } .lens td:hover .detail { display: block; z-index: 2; }
        main:has(.lens) { max-width: none; padding-bottom: 9rem; }

        """;

    const string Tables = """
        table { border-collapse: collapse; font-size: 0.9rem; }
        th, td { text-align: left; padding: 5px 14px 5px 0; vertical-align: top; }
        thead th { color: var(--muted); font-weight: 500; border-bottom: 1px solid var(--line); }
        tbody tr + tr > * { border-top: 1px solid var(--faint); }
        .right { text-align: right; font-variant-numeric: tabular-nums; }
        .numbers td { text-align: right; font-variant-numeric: tabular-nums; }
        .wide { min-width: 900px; } [data-edge]:hover { background: var(--faint); }
        details { margin: 8px 0; }
        summary { cursor: pointer; color: var(--accent); font-size: 0.93rem; padding: 4px 0; }
        .examples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
          gap: 14px; }
        .example { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
        .example p { margin-bottom: 8px; } .tag { font-size: 0.78rem; color: var(--muted); margin-right: 4px; }
        .next th { font-weight: 500; font-family: ui-monospace, Menlo, Consolas, monospace; }
        .next td, .next th { padding: 2px 12px 2px 0; vertical-align: middle; border: 0; }
        .for { color: var(--muted); font-weight: 500; }
        .test { display: grid; grid-template-columns: 1fr 270px; gap: 8px 26px; padding: 14px 0;
          border-top: 1px solid var(--line); }
        .test .what p { margin: 4px 0 0; font-size: 0.93rem; } .outcome { font-weight: 600; }
        .supports .outcome { color: var(--accent); } .undecided .outcome, .not-run .outcome { color: var(--muted); }
        .falls-short .outcome { color: var(--neg); } .contradicts .outcome { color: var(--bad); }
        .interval { margin-bottom: 8px; }
        .interval-text { font-size: 0.85rem; line-height: 1.35; }
        .interval-text > span:first-child { color: var(--muted); }
        .interval svg { max-width: 100%; height: auto; }
        .interval svg text { font-size: 10.5px; }
        .wide .interval { width: 200px; }
        .wide .interval-text > span:first-child { display: none; }
        .nowrap { white-space: nowrap; }
        .halves { display: grid; grid-template-columns: 1fr 1fr; gap: 34px; }
        dl { margin: 0; }
        dl > div { margin-bottom: 10px; }
        dt { font-size: 0.85rem; color: var(--muted); }
        dd { margin: 0; }
        .holes { border-left: 5px dotted var(--neg); padding-left: 22px; }
        .identities th { font-weight: 500; color: var(--muted); white-space: nowrap; }
        .identities code { white-space: pre-wrap; overflow-wrap: anywhere; }
        @media (max-width: 720px) { .test, .halves { grid-template-columns: 1fr; } .halves { gap: 20px; } }
        @media print { .skip, nav { display: none; } figure, .example, .test { break-inside: avoid; } }

        """;
}
