/** Emails as they are shown, filters above a list, and a member's own page. */
export const LETTERS = `
.filters { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: end; padding: var(--s3) var(--s4); border-bottom: 1px solid var(--line); }
.filters .l { flex: 1 1 4.5rem; } .inline .l { flex: 1 1 6.5rem; } .inline > .btn, .filters > .btn { flex: none; }
.card > header > .inline { width: 100%; } .inline .l > .field, .filters .l > .field { height: 2.125rem; }
#letter { align-self: start; height: auto; }
tr.on > * { background: var(--accent-soft); } tr.on .qq { color: var(--ink-2); }
.acts-inline { display: inline-flex; flex-wrap: wrap; gap: var(--s2); align-items: center; }
.letter-frame:focus { outline: 2px solid var(--focus); outline-offset: 2px; }
.letter-frame { display: block; width: 100%; border: 0; background: var(--bg); border-radius: 0 0 var(--r) var(--r); }
.letter-text { margin: 0; padding: var(--s4); font: var(--t-s)/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; background: var(--sunk); border-radius: 0 0 var(--r) var(--r); }
details > summary { cursor: pointer; color: var(--ink-2); font-size: var(--t-s); }
ul.sentences { display: grid; gap: var(--s2); list-style: disc; padding-left: 1.1rem; color: var(--ink-2); max-width: 60rem; }
textarea.code { font: var(--t-xs)/1.5 var(--mono); width: 100%; min-height: 18rem; resize: vertical; white-space: pre; overflow: auto; }
.member { max-width: 46rem; margin: 0 auto; padding: var(--s5) var(--s4) 4rem; display: grid; gap: var(--s5); }
.member h1 { font-size: var(--t-xl); line-height: 1.25; font-weight: 650; letter-spacing: -.018em; }
.member .brand { padding: 0; } .member .id { max-width: 12rem; }
.member .facts { grid-template-columns: max-content minmax(0, 1fr); gap: .45rem var(--s4); } .member .facts > div { display: contents; } .member .facts dd { text-align: left; } .member .card > header .inline { width: auto; } .member .inline select.field { width: 9rem; }
`;
