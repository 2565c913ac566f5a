/** Numbers that are looked at first, beside each other. */
import type { Child } from 'hono/jsx';

interface TileProps {
  readonly title: string;
  /** The number; a unit in `<small>`. */
  readonly figure: Child;
  /** What it is to be compared with. */
  readonly note?: Child;
  /** A small picture of how it went. */
  readonly picture?: Child;
}

export const Tile = ({ title, figure, note, picture }: TileProps) => (
  <div class="tile">
    <h2>{title}</h2>
    <b class="num">{figure}</b>
    <p>{note}</p>
    {picture}
  </div>
);

export const Tiles = ({ children }: { readonly children?: Child }) => <div class="tiles">{children}</div>;

/** `3 h 20 min` with its units small. */
export const Figure = ({ text }: { readonly text: string }) => (
  <>{text.split(/([^\d.,−–]+)/).map((part) => (/[\d–]/.test(part) ? part : <small>{part}</small>))}</>
);
