/** The sentence that heads a page: what is the matter, and what to do about it. */
import type { Child } from 'hono/jsx';
import { Icon, type IconName } from './icons.tsx';

const ICONS: Readonly<Record<SayTone, IconName>> = {
  ok: 'ok',
  warn: 'warn',
  bad: 'bad',
  run: 'run',
  mute: 'pause',
};

export type SayTone = 'ok' | 'warn' | 'bad' | 'run' | 'mute';

interface SayProps {
  readonly tone: SayTone;
  /** One plain sentence. */
  readonly sentence: Child;
  readonly action?: Child;
  /** An answer to what was just done is told aloud. */
  readonly role?: 'status' | 'alert';
  /** More about it. */
  readonly children?: Child;
}

export const Say = ({ tone, sentence, action, role, children }: SayProps) => (
  <div class={`say ${tone}`} role={role}>
    <Icon name={ICONS[tone]} />
    <div>
      <strong>{sentence}</strong>
      {children === undefined ? '' : <p>{children}</p>}
    </div>
    {action === undefined ? '' : <div class="acts">{action}</div>}
  </div>
);
