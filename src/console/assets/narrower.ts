/** What changes where there is less room, and where motion is welcome. */
export const NARROWER = `
@media (min-width: 75.01rem) and (max-width: 90rem) {
  .w6 td time .p2 { display: none; } .w6 table { font-size: var(--t-s); } .w6 th, .w6 td { padding-inline: .5rem; } .w6 th:first-child, .w6 td:first-child { padding-left: var(--s4); } .w6 th:last-child, .w6 td:last-child { padding-right: var(--s4); }
}
@media (max-width: 75rem) {
  .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); } .tile:nth-child(4) { border-left: 0; } .tile:nth-child(n + 4) { border-top: 1px solid var(--line); } .tile:nth-child(5) { grid-column: span 2; }
  .w3, .w4, .w5, .w7, .w8, .w9 { grid-column: 1 / -1; } .w6 { grid-column: 1 / -1; }
  .cols > .stack { display: contents; } .cols > .stack > * { grid-column: 1 / -1; min-width: 0; } .first { order: -1; } .last { order: 1; }
}
@media (max-width: 56rem) {
  table { font-size: var(--t-s); } th, td { padding-inline: .4rem; } .p3 { display: none; } tr > :has(+ .p3:last-child) { padding-right: var(--s4); }
  .frame { display: block; } .frame > :nth-child(2) { border: 0; }
  .side { position: static; height: auto; border: 0; padding: var(--s3) var(--s4) 0; gap: var(--s2); flex-flow: row wrap; align-items: center; }
  .nav h2, .side .who br { display: none; } .side .who { order: 1; margin: 0 0 0 auto; padding: 0; border: 0; max-width: 70%; text-align: right; font-size: var(--t-xs); }
  .nav { order: 2; flex: 1 1 100%; display: flex; flex-wrap: wrap; gap: 1px var(--s1); margin: 0 calc(-1 * var(--s4)); padding: 0 var(--s3) var(--s2); border-bottom: 1px solid var(--line); }
  .nav a { white-space: nowrap; padding: .4rem .6rem; } .nav a svg { display: none; } .nav .badge { margin-left: .1rem; }
  .top { position: static; padding: 0 var(--s4); height: auto; padding-block: var(--s3); border: 0; flex-wrap: wrap; } .find { flex: 1 1 100%; } .live { margin: 0; } .live [data-live-word] { min-width: 3.25rem; }
  .page { padding: var(--s2) var(--s4) 3rem; }
}
@media (max-width: 40rem) {
  svg.chart.wide { display: none; } svg.chart.slim { display: block; }
  .tiles { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } .tile { border-left: 0; border-top: 1px solid var(--line); } .tile:nth-child(even) { border-left: 1px solid var(--line); } .tile:nth-child(-n + 2) { border-top: 0; } .tile:last-child { grid-column: 1 / -1; border-left: 0; }
  .p2 { display: none; } tr > :has(+ :is(.p2, .p3):last-child), tr > :has(+ :is(.p2, .p3) + :is(.p2, .p3):last-child) { padding-right: var(--s4); } thead th, thead th.n { white-space: normal; } .nav a { padding: .35rem .45rem; font-size: var(--t-s); } th .ref { display: block; } th > a.act { text-decoration: underline dotted; text-underline-offset: .2em; } .say { flex-wrap: wrap; } .say > div { flex: 1 1 12rem; } .say .acts { margin: 0; width: 100%; }
  .head .acts { margin: 0; width: 100%; flex-wrap: wrap; } .id { max-width: 9.5rem; }
  table.stacks, .stacks tbody { display: block; } .stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacks tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem var(--s3); padding: .6rem var(--s4); border-bottom: 1px solid var(--line); } .stacks tr:last-child { border-bottom: 0; }
  .stacks th, .stacks td, .stacks th:first-child, .stacks td:last-child { display: block; padding: 0; border: 0; text-align: left; min-width: 0; overflow-wrap: anywhere; } .stacks tbody th, .stacks td:has(.diff, .q) { flex: 1 1 100%; } .stacks td:has(> .none), .stacks tr > .p2, .stacks tr > .p3 { display: none; } .stacks td[data-of]::after { content: " " attr(data-of); color: var(--ink-3); text-transform: lowercase; }
  .card > header .r { margin-left: 0; } .hero { font-size: 2.125rem; } .log li { grid-template-columns: 1fr; gap: 0; }
}
@media (prefers-reduced-motion: no-preference) { .dot { animation: breathe 2.4s ease-in-out infinite; } @keyframes breathe { 50% { box-shadow: 0 0 0 5px transparent; } } .spin { animation: turn 1.6s linear infinite; transform-origin: center; transform-box: fill-box; } @keyframes turn { to { transform: rotate(1turn); } } }
`;
