/** What people said of an account that is put aside: known, not now, whose it is, a note. */
import type { FailureWork } from '../../reports/failure-work.ts';
import { Chip, type Tone } from '../parts/chip.tsx';
import type { IconName } from '../parts/icons.tsx';
import { ShortTime } from '../parts/times.tsx';
import { STATE_TITLES } from './failures-words.ts';

interface SaidProps {
  readonly one: Pick<FailureWork, 'state' | 'acknowledged' | 'snoozed' | 'note' | 'assignee'>;
  readonly now: number;
}

/** Each on a line of its own, below what stands before; nothing where nothing was said. */
export function WhatWasSaid({ one: { state, acknowledged, snoozed, note, assignee }, now }: SaidProps) {
  const said = snoozed ?? acknowledged;
  return (
    <>
      {state === 'open' ? (
        ''
      ) : (
        <>
          <br />
          <Chip {...LOOKS[state]}>{STATE_TITLES[state]}</Chip>{' '}
          {snoozed === null ? '' : <ShortTime at={snoozed.until} now={now} />}{' '}
          {said === null ? '' : <Quoted words={said.words} by={said.by} />}
        </>
      )}
      {note === null ? (
        ''
      ) : (
        <>
          <br />
          <Quoted words={note.words} by={note.by} />
        </>
      )}
      {assignee === null ? (
        ''
      ) : (
        <>
          <br />
          <span class="q">assigned to {assignee}</span>
        </>
      )}
    </>
  );
}

const Quoted = ({ words, by }: { readonly words: string; readonly by: string }) => (
  <span class="q">
    {words} <span class="qq">({by})</span>
  </span>
);

const LOOKS: Readonly<Record<FailureWork['state'], { readonly tone: Tone; readonly icon: IconName }>> = {
  open: { tone: 'bad', icon: 'bad' },
  acknowledged: { tone: 'mute', icon: 'ok' },
  snoozed: { tone: 'mute', icon: 'wait' },
  failing: { tone: 'warn', icon: 'wait' },
};
