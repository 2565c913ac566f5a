/** What an operator does to all that match: says what will happen, asks for a reason and for their number, and shows what is wrong with either. */
import type { FacetChoice } from '../../reports/failure-facets.ts';
import { counted } from '../../words.ts';
import { Faults, Field, Form, Reason, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { choiceQuery, failuresAddress } from './failures-asked.ts';
import { choiceWords } from './failures-words.ts';
import type { Sent } from './sent-words.ts';

export const ACTS = ['rerun', 'acknowledge', 'assign', 'reopen'] as const;
export type Act = (typeof ACTS)[number];

/** A form that is open, and what was wrong with what was sent. */
export interface Doing {
  readonly act: Act;
  readonly reason?: Sent;
  readonly count?: Sent;
  readonly assignee?: Sent;
  /** Why it was not done. */
  readonly fault?: string;
}

interface ActsProps {
  readonly choice: FacetChoice;
  /** All that match now, counted one by one. */
  readonly matching: number;
  readonly doing: Doing | undefined;
  readonly token: string | undefined;
  readonly mayChange: boolean;
}

const BUTTONS: readonly (readonly [Act, string])[] = [
  ['rerun', 'Rerun'],
  ['acknowledge', 'Acknowledge'],
  ['assign', 'Assign'],
  ['reopen', 'Open again'],
];

export function Acts(props: ActsProps) {
  const { choice, matching, doing, mayChange } = props;
  if (matching === 0) return <></>;
  const all = `All ${grouped(matching)} that match`;
  if (!mayChange)
    return (
      <div class="bulk">
        <b>{all}</b>
        <span class="q">An operator may rerun or acknowledge them.</span>
      </div>
    );
  if (doing) return <ActForm {...props} doing={doing} />;
  return (
    <div class="bulk">
      <b>{all}</b>
      {BUTTONS.map(([act, label], at) => (
        <a class={at === 0 ? 'btn main' : 'btn'} href={failuresAddress(choice, { do: act })}>
          {label}…
        </a>
      ))}
    </div>
  );
}

function ActForm({ choice, matching, doing, token }: ActsProps & { readonly doing: Doing }) {
  const { act, reason, count, assignee, fault } = doing;
  const faults = [
    ...(fault === undefined ? [] : [{ what: fault }]),
    ...(reason?.fault === undefined ? [] : [{ name: 'reason', what: reason.fault }]),
    ...(assignee?.fault === undefined ? [] : [{ name: 'to', what: assignee.fault }]),
    ...(count?.fault === undefined ? [] : [{ name: 'count', what: count.fault }]),
  ];
  return (
    <div class="in" id="act">
      <Form action={`/failures/${act}`} token={token} label={TITLES[act]}>
        {Object.entries(choiceQuery(choice)).map(([name, value]) =>
          value === undefined ? '' : <input type="hidden" name={name} value={String(value)} />,
        )}
        <Faults faults={faults} />
        <h3>{TITLES[act]}</h3>
        <p>
          {whom(choice, matching)} {WILL[act]}
        </p>
        {act === 'assign' ? (
          <Field
            name="to"
            label="To whom"
            value={assignee?.text}
            fault={assignee?.fault}
            maxlength={100}
            hint="A name; left empty, they are nobody's any more."
          />
        ) : (
          ''
        )}
        <Reason value={reason?.text ?? ''} fault={reason?.fault} />
        <Field
          name="count"
          label={`Type ${grouped(matching)}, the number of accounts`}
          value={count?.text}
          fault={count?.fault}
          required
          autocomplete="off"
          maxlength={12}
          hint="Nothing is done where they have become more or fewer meanwhile."
        />
        <div class="acts">
          <Submit>{submitWords(act, matching)}</Submit>{' '}
          <a class="btn" href={failuresAddress(choice)}>
            Not now
          </a>
        </div>
      </Form>
    </div>
  );
}

const TITLES: Readonly<Record<Act, string>> = {
  rerun: 'Rerun all that match',
  acknowledge: 'Acknowledge all that match',
  assign: 'Assign all that match',
  reopen: 'Open all that match again',
};

function whom(choice: FacetChoice, matching: number): string {
  const words = choiceWords(choice);
  const who = counted(matching, 'account');
  return words === '' ? `This is about all of them, ${who}.` : `This is about ${who} ${words}.`;
}

const WILL: Readonly<Record<Act, string>> = {
  rerun:
    'A run of its own settles each of them up to now, oldest cycle first, with the terms in force; sweeps leave them to it meanwhile. ' +
    'Whoever can be settled gets all that was missed, with one email; whoever fails again stays put aside, with the new error.',
  acknowledge:
    'They stay put aside, and nobody is settled: it is only known that somebody knows. No alert reminds of them until they fail anew.',
  assign: 'They stay put aside: it is only said whose they are, and shown with each of them.',
  reopen: 'An acknowledgement or a snooze is taken back: alerts remind of them again.',
};

function submitWords(act: Act, matching: number): string {
  const who = counted(matching, 'account');
  return {
    rerun: `Rerun ${who}`,
    acknowledge: `Acknowledge ${who}`,
    assign: `Assign ${who}`,
    reopen: `Open ${who} again`,
  }[act];
}
