/** Sidebar, top bar and page. */
export const FRAME = `
.frame { display: grid; grid-template-columns: 14.25rem minmax(0, 1fr); min-height: 100vh; }
.frame > :nth-child(2) { border-left: 1px solid var(--line); min-width: 0; }
.side { padding: var(--s4) var(--s3); display: flex; flex-direction: column; gap: var(--s5); position: sticky; top: 0; height: 100vh; }
.brand { display: flex; align-items: center; gap: .6rem; padding: .25rem .5rem; font-weight: 650; font-size: var(--t-l); letter-spacing: -.015em; }
.brand svg { width: 1.7rem; height: 1.7rem; flex: none; }
.brand .m1 { fill: var(--accent); } .brand .m2 { fill: none; stroke: var(--accent); stroke-width: 2.5; }
.brand small { margin-left: auto; font-weight: 500; font-size: .6875rem; color: var(--ink-3); border: 1px solid var(--line-2); border-radius: 99px; padding: 0 .45rem; letter-spacing: 0; }
.nav { display: grid; gap: 1px; }
.nav h2 { font-size: .6875rem; font-weight: 550; color: var(--ink-3); padding: var(--s4) .6rem .3rem; }
.nav a { display: flex; align-items: center; gap: .6rem; padding: .4rem .6rem; border-radius: var(--r-s); color: var(--ink-2); font-weight: 500; }
.nav a:hover { background: var(--sunk); color: var(--ink); }
.nav a[aria-current] { background: var(--surface); color: var(--ink); box-shadow: 0 0 0 1px var(--line); }
.nav a[aria-current] svg { color: var(--accent); }
.nav .badge { margin-left: auto; }
.side .who { margin-top: auto; padding: .5rem .6rem; font-size: var(--t-s); color: var(--ink-2); border-top: 1px solid var(--line); padding-top: var(--s3); line-height: 1.4; }
.top { display: flex; align-items: center; gap: var(--s3); height: 3.25rem; padding: 0 var(--s8); border-bottom: 1px solid var(--line); position: sticky; top: 0; background: color-mix(in srgb, var(--bg) 92%, transparent); z-index: 5; }
.find { display: flex; align-items: center; gap: .5rem; flex: 0 1 26rem; border: 1px solid var(--line-2); background: var(--surface); border-radius: var(--r-s); padding: .32rem .6rem; color: var(--ink-3); }
.find kbd { margin-left: auto; }
kbd { font: 500 .6875rem var(--sans); border: 1px solid var(--line-2); border-bottom-width: 2px; border-radius: .25rem; padding: 0 .3rem; color: var(--ink-3); }
.live { margin-left: auto; display: flex; align-items: center; gap: .5rem; font-size: var(--t-s); color: var(--ink-2); white-space: nowrap; }
.dot { width: .5rem; height: .5rem; border-radius: 99px; background: var(--c-grant); box-shadow: 0 0 0 3px color-mix(in srgb, var(--c-grant) 22%, transparent); }
.page { padding: var(--s6) var(--s8) 4rem; max-width: 104rem; display: grid; gap: var(--s5); align-content: start; }
.head { display: flex; flex-wrap: wrap; align-items: flex-end; gap: var(--s2) var(--s4); }
.head h1 { font-size: var(--t-xl); line-height: 1.25; font-weight: 650; letter-spacing: -.018em; }
.head .sub { width: 100%; color: var(--ink-2); margin-top: -.15rem; }
.head .acts { margin-left: auto; display: flex; gap: var(--s2); }
.crumb { font-size: var(--t-s); color: var(--ink-3); width: 100%; margin-bottom: -.35rem; }
`;
