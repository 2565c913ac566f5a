/** What an operator does to all that match: says what will happen, asks for a reason and for their number, and shows what is wrong with either. */
import { counted } from '../../words.ts';
import { Faults, Field, Form, Reason, Select, Submit, TypedCount } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { type Choice, choiceQuery, failuresAddress } from './failures-asked.ts';
import { choiceWords } from './failures-words.ts';
import type { Sent } from './sent-words.ts';

export const ACTS = ['rerun', 'acknowledge', 'snooze', 'assign', 'note', 'reopen'] as const;
export type Act = (typeof ACTS)[number];

/** For how long they can be snoozed, in hours. */
export const SNOOZES = [
  ['4', '4 hours'],
  ['24', '1 day'],
  ['72', '3 days'],
  ['168', '1 week'],
  ['720', '30 days'],
] as const;

/** A form that is open, and what was wrong with what was sent. */
export interface Doing {
  readonly act: Act;
  readonly reason?: Sent;
  readonly count?: Sent;
  /** What some of them ask besides: to whom, for how long, the note. */
  readonly more?: Sent;
  /** Why it was not done. */
  readonly fault?: string;
}

interface ActsProps {
  readonly choice: Choice;
  /** All that match now, counted one by one. */
  readonly matching: number;
  readonly doing: Doing | undefined;
  readonly token: string | undefined;
  readonly mayChange: boolean;
}

const BUTTONS: readonly (readonly [Act, string])[] = [
  ['rerun', 'Rerun'],
  ['acknowledge', 'Acknowledge'],
  ['snooze', 'Snooze'],
  ['assign', 'Assign'],
  ['note', 'Note'],
  ['reopen', 'Open again'],
];

export function Acts(props: ActsProps) {
  const { choice, matching, doing, mayChange } = props;
  if (matching === 0) return <></>;
  const all = matching === 1 ? 'This one' : `All ${grouped(matching)} that match`;
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
  const { act, reason, count, more, fault } = doing;
  const faults = [
    ...(fault === undefined ? [] : [{ what: fault }]),
    ...(reason?.fault === undefined ? [] : [{ name: 'reason', what: reason.fault }]),
    ...(more?.fault === undefined ? [] : [{ name: 'more', what: more.fault }]),
    ...(count?.fault === undefined ? [] : [{ name: 'count', what: count.fault }]),
  ];
  return (
    <div class="in" id="act">
      <Form action={`/failures/${act}`} token={token} label={titleOf(act, matching)}>
        {Object.entries(choiceQuery(choice)).map(([name, value]) =>
          value === undefined ? '' : <input type="hidden" name={name} value={String(value)} />,
        )}
        <Faults faults={faults} />
        <h3>{titleOf(act, matching)}</h3>
        <p>
          {whom(choice, matching)} {WILL[act]}
        </p>
        <More act={act} more={more} />
        <Reason value={reason?.text ?? ''} fault={reason?.fault} />
        {matching === 1 ? (
          <input type="hidden" name="count" value="1" />
        ) : (
          <TypedCount accounts={matching} {...count} />
        )}
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

/** What it asks besides the reason. */
function More({ act, more }: { readonly act: Act; readonly more: Sent | undefined }) {
  const field = { name: 'more', fault: more?.fault } as const;
  if (act === 'assign')
    return (
      <Field
        {...field}
        label="To whom"
        value={more?.text}
        maxlength={100}
        hint="A name; left empty, they are nobody's any more."
      />
    );
  if (act === 'snooze') return <Select {...field} label="For" value={more?.text ?? '24'} options={SNOOZES} />;
  if (act === 'note')
    return (
      <Field
        {...field}
        label="Note"
        value={more?.text}
        required
        maxlength={500}
        hint="One line, shown with each of them; it takes the place of an earlier one."
      />
    );
  return <></>;
}

const VERBS: Readonly<Record<Act, readonly [verb: string, behind?: string]>> = {
  rerun: ['Rerun'],
  acknowledge: ['Acknowledge'],
  snooze: ['Snooze'],
  assign: ['Assign'],
  note: ['Note on'],
  reopen: ['Open', ' again'],
};

function titleOf(act: Act, matching: number): string {
  const [verb, behind = ''] = VERBS[act];
  return `${verb} ${matching === 1 ? 'this account' : 'all that match'}${behind}`;
}

function whom(choice: Choice, matching: number): string {
  if (choice.account !== undefined) return `This is about ${choice.account}.`;
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
  snooze: 'Nobody is settled: until then no alert reminds of it; after that it is open again by itself.',
  assign: 'They stay put aside: it is only said whose they are, and shown with each of them.',
  note: 'Nobody is settled: what is known is kept with your name, and shown beside the error.',
  reopen: 'An acknowledgement or a snooze is taken back: alerts remind of them again.',
};

function submitWords(act: Act, matching: number): string {
  const [verb, behind = ''] = VERBS[act];
  return `${verb} ${counted(matching, 'account')}${behind}`;
}
