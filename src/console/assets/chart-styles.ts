/** Charts: colours by class, because no attribute may carry a style. */
export const CHARTS = `
svg.chart { display: block; width: 100%; height: auto; overflow: visible; font: 11px var(--sans); font-variant-numeric: tabular-nums; }
.chart text { fill: var(--ink-3); } .chart text.on { fill: var(--ink); font-weight: 600; } .chart .end { text-anchor: end; } .chart .mid { text-anchor: middle; } .chart a > text { text-decoration: underline; text-decoration-color: var(--c-bad); text-underline-offset: .2em; }
.grid { stroke: var(--line); } .axis { stroke: var(--line-2); } .now { stroke: var(--ink-3); stroke-dasharray: 2 3; }
.f-grant { fill: var(--c-grant); } .f-grant2 { fill: var(--c-grant-2); } .f-expire { fill: var(--c-expire); } .f-ahead { fill: var(--c-ahead); } .f-ahead2 { fill: var(--c-ahead-2); } .f-bad { fill: var(--c-bad); } .f-run { fill: var(--run); } .f-mute { fill: var(--line-2); } .f-sunk { fill: var(--sunk); } .f-none { fill: none; } .f-line { fill: var(--c-line); }
.s-line { fill: none; stroke: var(--c-line); stroke-width: 2; stroke-linejoin: round; } .s-fill { fill: var(--c-fill); } .s-next { fill: none; stroke: var(--c-line); stroke-width: 1.75; stroke-dasharray: 3 4; } .s-cap { stroke: var(--c-cap); stroke-width: 1.25; stroke-dasharray: 6 4; } .t-cap { fill: var(--c-cap) !important; font-weight: 550; }
.s-bad .s-thin { stroke: var(--c-bad); } .s-bad .s-fill { fill: color-mix(in srgb, var(--c-bad) 12%, transparent); }
.s-thin { fill: none; stroke: var(--c-line); stroke-width: 1.5; stroke-linejoin: round; }
.pt { fill: var(--surface); stroke: var(--c-line); stroke-width: 2; } .pt.x { stroke: var(--c-expire); }
.note { stroke: var(--ink-3); }
.h0 { fill: var(--h0); } .h1 { fill: var(--h1); } .h2 { fill: var(--h2); } .h3 { fill: var(--h3); } .h4 { fill: var(--h4); } .hx { fill: var(--c-bad); } .hm { fill: var(--h1); stroke: var(--c-bad); stroke-width: 1.5; } .hs { fill: none; stroke: var(--run); stroke-width: 2; } .hq { fill: none; stroke: var(--line-2); stroke-dasharray: 2 2; }
.hit { fill: transparent; } g:hover > .hit { fill: color-mix(in srgb, var(--ink) 5%, transparent); }
svg.chart.slim { display: none; } svg.chart.small { max-width: 20rem; }
svg.bar { display: block; width: 100%; height: .75rem; border-radius: 99px; background: var(--sunk); }
svg.bar.slim { height: .375rem; } svg.bar + .flow { margin-top: var(--s3); }
.card > footer > .key { flex: 1 1 10rem; } .as-table { margin-left: auto; min-width: 0; } .as-table[open] { flex: 1 1 100%; margin-left: 0; }
.as-table > summary, .letter > summary { color: var(--accent); cursor: pointer; text-decoration: underline; text-decoration-color: color-mix(in srgb, var(--accent) 35%, transparent); text-underline-offset: .18em; width: max-content; max-width: 100%; list-style: none; }
.as-table > summary::-webkit-details-marker, .letter > summary::-webkit-details-marker { display: none; }
.as-table[open] > summary { margin-left: auto; } .as-table .scroll { max-height: 20rem; overflow: auto; margin-top: var(--s2); color: var(--ink-2); }
`;
