/** A status: an icon, a word and a colour that say the same. */
import type { Child } from 'hono/jsx';
import { Icon, type IconName } from './icons.tsx';

/** Green is granted or done, amber is to be looked at, red is for a person to act on. */
export type Tone = 'ok' | 'run' | 'warn' | 'bad' | 'mute';

interface ChipProps {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly children?: Child;
}

export const Chip = ({ tone, icon, children }: ChipProps) => (
  <span class={icon === undefined ? `chip plain ${tone}` : `chip ${tone}`}>
    {icon === undefined ? '' : <Icon name={icon} />}
    {children}
  </span>
);

type Look = readonly [Tone, IconName, string];

const LOOKS = {
  run: {
    running: ['run', 'run', 'Running'],
    completed: ['ok', 'ok', 'Completed'],
    'completed-with-failures': ['warn', 'warn', 'With failures'],
    stopping: ['warn', 'stop', 'Stopping'],
    stopped: ['mute', 'stop', 'Stopped'],
    failed: ['bad', 'bad', 'Failed'],
  },
  failure: {
    'put-aside': ['bad', 'bad', 'Put aside'],
    retrying: ['warn', 'wait', 'Tried again'],
    cleared: ['ok', 'ok', 'Cleared'],
  },
  notice: {
    pending: ['mute', 'wait', 'Waiting'],
    claimed: ['run', 'run', 'Leaving'],
    sending: ['run', 'run', 'Sending'],
    sent: ['ok', 'ok', 'Sent'],
    refused: ['bad', 'bad', 'Refused'],
    held: ['warn', 'pause', 'Held'],
    'too-old': ['mute', 'skip', 'Too old'],
    suppressed: ['mute', 'skip', 'Suppressed'],
  },
  backfill: {
    'awaiting-approval': ['warn', 'wait', 'Awaits approval'],
    running: ['run', 'run', 'Running'],
    paused: ['mute', 'pause', 'Paused'],
    completed: ['ok', 'ok', 'Completed'],
    cancelled: ['mute', 'stop', 'Cancelled'],
  },
  account: {
    active: ['ok', 'ok', 'Active'],
    suspended: ['warn', 'pause', 'Suspended'],
    closed: ['mute', 'stop', 'Closed'],
  },
  event: {
    applied: ['ok', 'ok', 'Applied'],
    refused: ['warn', 'skip', 'Refused'],
    waiting: ['mute', 'wait', 'Waiting'],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Look>>>>;

export type StatusOf = keyof typeof LOOKS;

/** The state of a run, a failure, a notice, a backfill, an account or an event; a state that is new here is shown as it is called. `word` in another language. */
export function StateChip({
  of,
  state,
  word,
}: {
  readonly of: StatusOf;
  readonly state: string;
  readonly word?: string;
}) {
  const looks: Readonly<Record<string, Look>> = LOOKS[of];
  const [tone, icon, english] = looks[state] ?? ['mute', 'wait', state];
  return (
    <Chip tone={tone} icon={icon}>
      {word ?? english}
    </Chip>
  );
}
