/** Parts that have states a picture does not show: forms that are wrong, nothing to show, what is skipped by keyboard. */
export const MORE = `
.skip { position: absolute; left: var(--s4); top: -4rem; z-index: 9; background: var(--accent); color: var(--accent-ink); padding: var(--s2) var(--s3); border-radius: var(--r-s); }
.skip:focus { top: var(--s2); }
[hidden] { display: none !important; }
form { margin: 0; } fieldset { border: 0; margin: 0; padding: 0; min-width: 0; } legend { padding: 0; font-size: var(--t-s); font-weight: 500; color: var(--ink-2); }
button, input, select, textarea { font: inherit; color: inherit; }
button.link { border: 0; background: none; padding: 0; cursor: pointer; color: var(--accent); text-decoration: underline; }
.find:focus-within { border-color: var(--focus); outline: 2px solid var(--focus); outline-offset: -1px; }
.find input { flex: 1; min-width: 0; border: 0; background: none; padding: 0; color: var(--ink); outline: none; }
.find input::-webkit-search-cancel-button { display: none; }
.top .who { margin-left: auto; display: none; }
.side form { display: inline; }
/* The script shows and renames them: their places are kept, so that what stands at their right does not move. */
.live [hidden] { display: inline-flex !important; visibility: hidden; } 
.live .btn { min-width: 4.25rem; justify-content: center; } .live.paused .dot { background: var(--line-2); box-shadow: none; animation: none; }
.head h1 .chip { vertical-align: middle; margin-left: .4rem; letter-spacing: 0; }
.crumb ol { display: flex; flex-wrap: wrap; gap: .35rem; } .crumb li + li::before { content: "/"; margin-right: .35rem; }
.form > .l, .l { min-width: 0; }
.l { display: grid; gap: .3rem; font-size: var(--t-s); color: var(--ink-2); } .l > label { font-weight: 500; }
.hint { color: var(--ink-3); font-size: var(--t-xs); } .fault { color: var(--bad); font-size: var(--t-xs); font-weight: 550; }
input[aria-invalid], select[aria-invalid], textarea[aria-invalid] { border-color: var(--bad); }
select.field, textarea.field { width: 100%; }
.check { display: flex; gap: .5rem; align-items: baseline; font-size: var(--t-s); color: var(--ink-2); } .check input { accent-color: var(--accent); }
.inline { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: end; }
.acts { display: flex; flex-wrap: wrap; gap: var(--s2); }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: var(--s4) var(--s3); align-items: start; }
.unfold > summary { color: var(--ink-2); font-size: var(--t-s); font-weight: 500; cursor: pointer; width: max-content; max-width: 100%; } .unfold > .form { margin-top: var(--s4); }
.empty { display: grid; gap: var(--s2); justify-items: start; padding: var(--s6) var(--s4); }
.empty .lead { font-size: var(--t-l); font-weight: 600; letter-spacing: -.01em; }
.empty .acts { display: flex; gap: var(--s2); margin-top: var(--s2); } .in > .empty { padding: var(--s2) 0; }
.in.lines, .in.lines ul { display: grid; gap: var(--s1); } .in.lines a[aria-current] { font-weight: 600; } .card > footer + .lines { border-top: 1px solid var(--line); font-size: var(--t-s); }
.say.run > svg.i { color: var(--run); } .say.mute > svg.i { color: var(--mute); }
.say ul { list-style: disc; padding-left: 1.1rem; color: var(--ink-2); }
.pager { display: flex; gap: var(--s2); margin-left: auto; }
.flow > .end { margin-left: auto; align-self: start; } .flow .term { white-space: nowrap; color: var(--ink-2); }
.btn.bad.solid, button.btn.bad { border-color: currentcolor; }
.btn[disabled], .btn[aria-disabled] { opacity: .55; cursor: default; }
.table { font-size: var(--t-s); } .cols > .card { height: 100%; }
a.link { overflow-wrap: anywhere; }
.filters { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s4); align-items: end; justify-content: space-between; padding: var(--s2) var(--s4); border-bottom: 1px solid var(--line); }
.inline.spread { justify-content: space-between; flex: 1 1 100%; }
.inline > .grow { flex: 1 1 12rem; } .inline > .check { padding-block: .4rem; }
.letter { width: 100%; } .letter textarea { margin-block: var(--s2); width: 100%; color: var(--ink); }
tr.why .quote + .quote, .form > .quote + .quote { margin-top: var(--s3); }
footer.flow.tight { gap: .2rem .4rem; } .tabs + a.link { white-space: nowrap; }
tr:target > * { background: var(--accent-soft); }
`;
