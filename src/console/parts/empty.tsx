/** What stands where there is nothing yet: why, and what to do next. */
import type { Child } from 'hono/jsx';

interface EmptyProps {
  readonly sentence: Child;
  readonly action?: Child;
  /** What to do next. */
  readonly children?: Child;
}

export const Empty = ({ sentence, action, children }: EmptyProps) => (
  <div class="empty">
    <p class="lead">{sentence}</p>
    {children === undefined ? '' : <p class="q">{children}</p>}
    {action === undefined ? '' : <div class="acts">{action}</div>}
  </div>
);
