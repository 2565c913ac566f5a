/** A page of one card, for whoever is not signed in: no frame, and nothing of what the console knows. */
import type { Child } from 'hono/jsx';
import { Brand, Head } from './layout.tsx';
import { toHtml } from '../render.tsx';
import { Symbols } from './icons.tsx';

interface BareProps {
  readonly title: string;
  readonly children?: Child;
}

const DOCTYPE = '<!doctype html>\n';

const Bare = ({ title, children }: BareProps) => (
  <html lang="en">
    <Head title={title} />
    <body class="bare">
      <Symbols />
      <main class="door">
        <Brand href="/" />
        <section class="card">
          <div class="in">
            <h1>{title}</h1>
            {children}
          </div>
        </section>
      </main>
    </body>
  </html>
);

/** The whole document, as text. */
export const barePage = async (title: string, body: Child): Promise<string> =>
  `${DOCTYPE}${await toHtml(<Bare title={title}>{body}</Bare>)}`;
