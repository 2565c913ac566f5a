/** Parts of pages, one after the other as they stand in src/console/parts. */
export const PARTS = `
.btn { display: inline-flex; align-items: center; gap: .4rem; border: 1px solid var(--line-2); background: var(--surface); color: var(--ink); font: 550 var(--t-s)/1.2 var(--sans); padding: .44rem .75rem; border-radius: var(--r-s); white-space: nowrap; cursor: pointer; }
.btn:hover { background: var(--sunk); }
.btn.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
.btn.bad { color: var(--bad); }
.btn.small { padding: .25rem .55rem; font-size: var(--t-xs); }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: var(--r); min-width: 0; }
.card > header { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s1) var(--s3); padding: var(--s3) var(--s4); border-bottom: 1px solid var(--line); }
.card > header h2 { font-size: var(--t-m); font-weight: 600; letter-spacing: -.005em; }
.card > header .r { margin-left: auto; color: var(--ink-3); font-size: var(--t-s); display: flex; gap: var(--s3); align-items: center; }
.card > .in { padding: var(--s4); }
.card > footer { padding: var(--s2) var(--s4); border-top: 1px solid var(--line); font-size: var(--t-s); color: var(--ink-3); display: flex; gap: var(--s4); flex-wrap: wrap; align-items: center; }
.card > footer .r { margin-left: auto; }
.cols { display: grid; gap: var(--s5); align-items: start; grid-template-columns: repeat(12, minmax(0, 1fr)); }
.w3 { grid-column: span 3; } .w4 { grid-column: span 4; } .w5 { grid-column: span 5; } .w6 { grid-column: span 6; } .w7 { grid-column: span 7; } .w8 { grid-column: span 8; } .w9 { grid-column: span 9; } .w12 { grid-column: 1 / -1; }
.stack { display: grid; gap: var(--s5); align-content: start; } [data-live="/live/replica"]:empty { display: none; } .stack > * { min-width: 0; }

.chip { display: inline-flex; align-items: center; gap: .3rem; border-radius: 99px; padding: .08rem .5rem .08rem .4rem; font-size: var(--t-xs); font-weight: 550; line-height: 1.5; white-space: nowrap; }
.chip.ok { color: var(--ok); background: var(--ok-soft); } .chip.run { color: var(--run); background: var(--run-soft); }
.chip.warn { color: var(--warn); background: var(--warn-soft); } .chip.bad { color: var(--bad); background: var(--bad-soft); }
.chip.mute { color: var(--mute); background: var(--mute-soft); } .chip.plain { padding-left: .5rem; }
.badge { font-size: .6875rem; font-weight: 600; min-width: 1.25rem; text-align: center; padding: 0 .35rem; border-radius: 99px; background: var(--mute-soft); color: var(--mute); font-variant-numeric: tabular-nums; }
.badge.bad { background: var(--bad-soft); color: var(--bad); } .badge.warn { background: var(--warn-soft); color: var(--warn); }

.say { display: flex; gap: var(--s3); align-items: flex-start; border: 1px solid var(--line); border-radius: var(--r); padding: var(--s4) var(--s5); background: var(--surface); }
.say > svg.i { font-size: 1.25rem; margin-top: .12rem; }
.say.warn > svg.i { color: var(--warn); } .say.ok > svg.i { color: var(--ok); } .say.bad > svg.i { color: var(--bad); }
.say strong { display: block; font-size: var(--t-l); font-weight: 600; letter-spacing: -.01em; }
.say p { color: var(--ink-2); }
.say .acts { margin-left: auto; display: flex; flex: none; gap: var(--s2); align-self: center; }

.tiles { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); border: 1px solid var(--line); border-radius: var(--r); background: var(--surface); }
.tile { padding: var(--s3) var(--s4) var(--s4); border-left: 1px solid var(--line); min-width: 0; display: grid; gap: .1rem; grid-template-rows: auto auto 1fr auto; }
.tile:first-child { border-left: 0; }
.tile h2 { font-size: var(--t-s); font-weight: 500; color: var(--ink-3); display: flex; gap: .4rem; align-items: center; }
.tile b { font-size: var(--t-2xl); line-height: 1.2; font-weight: 600; letter-spacing: -.025em; }
.tile b small { font-size: var(--t-m); font-weight: 500; color: var(--ink-3); letter-spacing: 0; }
.tile p { font-size: var(--t-s); color: var(--ink-2); }
.tile svg.spark, .tile svg.strip { width: 100%; height: 1.9rem; margin-top: .5rem; display: block; overflow: visible; }

table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th:first-child, td:first-child { padding-left: var(--s4); } th:last-child, td:last-child { padding-right: var(--s4); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-size: var(--t-xs); font-weight: 500; color: var(--ink-3); white-space: nowrap; padding-block: .45rem; }
tbody th { font-weight: 500; }
td.n, th.n { text-align: right; white-space: nowrap; }
tbody tr:hover > * { background: var(--hover); }
tr.fold > td { color: var(--ink-3); font-size: var(--t-s); padding-block: .3rem; background: var(--sunk); }
tr.group > th { background: var(--sunk); font-size: var(--t-s); font-weight: 600; padding-block: .35rem; }
tr.tied > * { border-bottom-color: transparent; padding-bottom: .1rem; } tr.tied + tr > * { padding-top: .1rem; }
tr.why > td { background: var(--sunk); padding: var(--s4); }
.id { display: inline-block; max-width: 15rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
.scroll { overflow-x: auto; }
.plus { color: var(--ok); } .minus { color: var(--bad); } .lost { color: var(--warn); }
td.n .plus, td.n .minus, td.n .lost { font-weight: 550; }

.facts { display: grid; gap: .45rem; font-size: var(--t-s); } .facts > div { display: flex; justify-content: space-between; gap: var(--s4); }
.facts dt { color: var(--ink-3); flex: none; } .facts dd { text-align: right; min-width: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facets { padding: var(--s2); } .facets > div { display: grid; gap: 1px; }
.facets h2 { font-size: var(--t-xs); font-weight: 500; color: var(--ink-3); padding: .6rem .6rem .25rem; }
.facets a { display: flex; gap: .5rem; align-items: center; padding: .32rem .6rem; border-radius: var(--r-s); font-size: var(--t-s); color: var(--ink-2); }
.facets a:hover { background: var(--sunk); } .facets a b { margin-left: auto; font-weight: 500; color: var(--ink-3); font-variant-numeric: tabular-nums; }
.facets a[aria-current] { background: var(--accent-soft); color: var(--ink); font-weight: 550; } .facets a[aria-current] b { color: var(--ink-2); }
.tabs { display: flex; gap: var(--s1); flex-wrap: wrap; }
.tabs a { padding: .28rem .65rem; border-radius: 99px; font-size: var(--t-s); font-weight: 500; color: var(--ink-2); border: 1px solid transparent; white-space: nowrap; }
.tabs a:hover { background: var(--sunk); } .tabs a[aria-current] { border-color: var(--line-2); background: var(--surface); color: var(--ink); }
.tabs b { font-weight: 500; color: var(--ink-3); font-variant-numeric: tabular-nums; }
.bulk { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: center; padding: var(--s3) var(--s4); background: var(--accent-soft); border-bottom: 1px solid var(--line); font-size: var(--t-s); }
input.field { font-family: inherit; width: 100%; } input.field.tight { width: 5.5rem; } input.field.short { width: 7.2rem; } .bulk input.field.grow { width: auto; } input::placeholder { color: var(--ink-3); opacity: 1; }
.field { display: inline-flex; align-items: center; gap: .5rem; border: 1px solid var(--line-2); border-radius: var(--r-s); background: var(--surface); padding: .35rem .6rem; color: var(--ink); font-size: var(--t-s); min-width: 0; }
.field.ph { color: var(--ink-3); } .field.grow { flex: 1 1 14rem; } .field.tight { width: 5.5rem; }
label.l { display: grid; gap: .3rem; font-size: var(--t-s); color: var(--ink-2); font-weight: 500; }
.form { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s4); }
.box { width: 1rem; height: 1rem; border: 1.5px solid var(--line-2); border-radius: .25rem; display: inline-block; vertical-align: -.15rem; background: var(--surface); }
.box { position: relative; } .box.on::after { content: ""; position: absolute; left: .27rem; top: .06rem; width: .3rem; height: .6rem; border: solid var(--accent-ink); border-width: 0 2px 2px 0; transform: rotate(42deg); }
.box.on { background: var(--accent); border-color: var(--accent); }
.tries { display: inline-flex; gap: 3px; } .tries i { width: .45rem; height: .45rem; border-radius: 99px; background: var(--c-bad); }
.key { display: flex; flex-wrap: wrap; gap: .25rem var(--s4); font-size: var(--t-xs); color: var(--ink-2); }
.key span { display: inline-flex; align-items: center; gap: .4rem; } .key svg { width: .7rem; height: .7rem; }
.quote { border-left: 3px solid var(--accent); padding: .1rem 0 .1rem var(--s4); display: grid; gap: .35rem; }
.quote .lead { font-size: var(--t-l); letter-spacing: -.005em; }
.hero { font-size: var(--t-3xl); font-weight: 620; line-height: 1.1; letter-spacing: -.035em; color: var(--ink); }
.hero small { font-size: var(--t-l); color: var(--ink-3); font-weight: 500; letter-spacing: 0; }
.flow { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .6rem; font-size: var(--t-s); font-variant-numeric: tabular-nums; }
.flow b { color: var(--ink); font-weight: 600; font-size: var(--t-l); } .flow > span:not([class]) { color: var(--ink-3); }
.log { display: grid; } .log li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: var(--s3); padding: .5rem var(--s4); border-bottom: 1px solid var(--line); font-size: var(--t-s); } .log li:last-child { border: 0; }
.log time { color: var(--ink-3); }
.diff { font-family: var(--mono); font-size: .75rem; display: grid; gap: 1px; }
.diff del { text-decoration: none; color: var(--bad); } .diff ins { text-decoration: none; color: var(--ok); } .diff del::before { content: "− "; } .diff ins::before { content: "+ "; }
.mail { background: var(--sunk); padding: var(--s5); border-radius: 0 0 var(--r) var(--r); }
.mail > div { background: var(--surface); border: 1px solid var(--line); border-radius: var(--r); padding: var(--s5); max-width: 34rem; margin: 0 auto; display: grid; gap: var(--s3); }
`;
