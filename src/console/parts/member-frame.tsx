/** The document around what members see. */
import type { Child } from 'hono/jsx';
import { STYLES } from '../assets/serve.ts';
import { Symbols } from './icons.tsx';
import { ICON, Mark } from './layout.tsx';

interface FrameProps {
  readonly title: string;
  /** In which all of it is written. */
  readonly lang: string;
  readonly children?: Child;
}

/** Without the operators' sidebar, and without a script. */
export const MemberFrame = ({ title, lang, children }: FrameProps) => (
  <html lang={lang}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex, nofollow" />
      <title>{title === 'Connects' ? title : `${title} · Connects`}</title>
      <link rel="icon" href={ICON} />
      <link rel="stylesheet" href={STYLES.address} />
    </head>
    <body>
      <Symbols />
      <main class="member">
        <p class="brand">
          <Mark />
          Connects
        </p>
        <h1>{title}</h1>
        {children}
      </main>
    </body>
  </html>
);
