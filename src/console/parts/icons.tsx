/** The console's symbols: drawn once in every page, and shown by name wherever one is needed. */

const SHAPES = {
  ok: <path d="M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM8 12.5l2.7 2.7L16 9.5" />,
  run: <path class="spin" d="M12 3a9 9 0 1 1-8.5 6" />,
  warn: <path d="M12 4 3 19.5h18zM12 10v4.5M12 17v.2" />,
  bad: <path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM9 9l6 6M15 9l-6 6" />,
  stop: <path d="M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM9 9h6v6H9z" />,
  pause: <path d="M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM10 9v6M14 9v6" />,
  wait: <path d="M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 7v5l3 2" />,
  skip: <path d="M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM8 12h8" />,
  home: <path d="M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z" />,
  runs: <path d="M4 6h16M4 12h10M4 18h13" />,
  account: <path d="M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM4.5 20c1.2-4 4-5.5 7.5-5.5s6.3 1.5 7.5 5.5" />,
  fill: <path d="M3 12a9 9 0 1 0 3-6.7M6 2v4h4M12 8v4l3 2" />,
  mail: <path d="M3 6h18v12H3zM3 7l9 7 9-7" />,
  log: <path d="M6 3h9l4 4v14H6zM9 11h7M9 15h7" />,
  terms: <path d="M12 4v16M5 8h14M5 8l-2 6h5zM19 8l-3 6h5zM8 20h8" />,
  find: <path d="M11 4.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5" />,
  up: <path d="M12 19V5M6 11l6-6 6 6" />,
  down: <path d="M12 4v12M7 11l5 5 5-5M5 20h14" />,
  why: <path d="M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM9.5 9.5c0-3 5-3 5 0 0 1.8-2.5 2-2.5 4M12 16.5v.2" />,
  link: <path d="M10 14 20 4M14 4h6v6M18 14v6H4V6h6" />,
  lock: <path d="M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11" />,
} as const;

export type IconName = keyof typeof SHAPES;

/** Beside a word that says the same: so it is hidden from whoever listens. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="i" aria-hidden="true">
    <use href={`#i-${name}`} />
  </svg>
);

/** Once in a page, before what shows them. `hatch` is a pattern of charts. */
export const Symbols = () => (
  <svg width="0" height="0" aria-hidden="true" class="sr">
    <defs>
      {Object.entries(SHAPES).map(([name, shape]) => (
        <symbol id={`i-${name}`} viewBox="0 0 24 24">
          {shape}
        </symbol>
      ))}
      <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="2" height="5" class="f-mute" />
      </pattern>
    </defs>
  </svg>
);
