/** Colours, sizes and spaces by name. The dark theme only says what the colours are. */
export const TOKENS = `
:root {
  color-scheme: light dark;
  /* grounds */
  --bg: #f6f7f5; --surface: #ffffff; --sunk: #f1f3f0; --hover: #f7f9f6;
  --line: #e4e8e2; --line-2: #cdd5cc;
  /* ink: 1 reads, 2 supports, 3 labels (all at least 4.5:1 on surface and on bg) */
  --ink: #141d17; --ink-2: #46534a; --ink-3: #647067;
  /* brand and meaning */
  --accent: #0c7442; --accent-ink: #ffffff; --accent-soft: #e2f2e8;
  --ok: #0f6b3d; --ok-soft: #e4f3ea;
  --run: #1b5aa6; --run-soft: #e5eefa;
  --warn: #825300; --warn-soft: #fbf0d9;
  --bad: #ae2318; --bad-soft: #fbe7e4;
  --mute: #56625a; --mute-soft: #ecefeb;
  /* charts: granted, expired, ahead, line, cap; never the only sign */
  --c-grant: #2f9b67; --c-grant-2: #8fcfae; --c-expire: #d39a3a; --c-ahead: #9db6c8; --c-ahead-2: #c9d7e1; --c-line: #0c7442; --c-fill: #0c744214; --c-cap: #b06a00; --c-bad: #d2483b;
  --h0: #e9ece8; --h1: #cfe8da; --h2: #9fd3b6; --h3: #5fb488; --h4: #2c8f5e;
  --focus: #1b5aa6;
  /* type */
  --sans: "Inter", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  --t-xs: .75rem; --t-s: .8125rem; --t-m: .875rem; --t-l: 1rem; --t-xl: 1.25rem; --t-2xl: 1.75rem; --t-3xl: 2.5rem;
  /* space: steps of 4 px */
  --s1: .25rem; --s2: .5rem; --s3: .75rem; --s4: 1rem; --s5: 1.25rem; --s6: 1.5rem; --s8: 2rem; --s10: 2.5rem;
  --r: .625rem; --r-s: .375rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0e1310; --surface: #151b17; --sunk: #1b221d; --hover: #19201c;
    --line: #252e28; --line-2: #3a463e;
    --ink: #e9efea; --ink-2: #b4c0b8; --ink-3: #8f9c93;
    --accent: #5ecb93; --accent-ink: #07140c; --accent-soft: #16301f;
    --ok: #74d6a1; --ok-soft: #15301f;
    --run: #8fbdf3; --run-soft: #172a40;
    --warn: #eec06c; --warn-soft: #35290f;
    --bad: #ff9f94; --bad-soft: #3d1a17;
    --mute: #a5b1a9; --mute-soft: #222a25;
    --c-grant: #3fae78; --c-grant-2: #24694a; --c-expire: #c28f3a; --c-ahead: #56707f; --c-ahead-2: #334550; --c-line: #5ecb93; --c-fill: #5ecb931c; --c-cap: #e0a24a; --c-bad: #e0665a;
    --h0: #222a25; --h1: #1d3d2b; --h2: #24593c; --h3: #2f8257; --h4: #4fb882;
    --focus: #8fbdf3;
  }
}
`;
