/** A correction of a balance: what it would do is shown before it is done, by the same operation as the command's. */
import { randomUUID } from 'node:crypto';
import type { App } from '../../app.ts';
import { AMOUNT_MAX } from '../../domain/terms.ts';
import { type AdjustOutcome, type Adjustment, adjustBalances } from '../../operations/events/adjust.ts';
import { readHistoryPage } from '../../reports/account-history.ts';
import { type AccountView, viewOf } from '../../reports/account-view.ts';
import { inquire } from '../../reports/explain/explain.ts';
import { connects, dayWords } from '../../reports/member-words.ts';
import { faultOfReason } from '../change-form.ts';
import { accountAddress, addressOf } from '../parts/addresses.ts';
import { Card, Columns } from '../parts/card.tsx';
import { type Fault, Faults, Field, Form, Reason, Select, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { changeOrRehearse } from '../rehearsing.ts';
import { operator } from '../sign-in/rights.ts';
import type { Page, PageContext, Site } from '../site.ts';
import { orUnknown } from './account.tsx';

const KINDS = [
  ['add', 'Add Connects'],
  ['take', 'Take Connects off'],
] as const;

/** As it was filled in. */
interface Filled {
  readonly kind: string;
  readonly amount: string;
  readonly reason: string;
  /** Made with the form: sent twice, it is posted once. */
  readonly key: string;
}

export function addAccountAdjust(site: Site): void {
  const { app, pages } = site;
  pages.get('/accounts/:id/adjust', operator, (context) =>
    orUnknown(site, context, async (id) => {
      const filled = { kind: 'add', amount: '', reason: '', key: `console-${randomUUID()}` };
      return show(site, context, id, { filled, faults: [] });
    }),
  );
  pages.post('/accounts/:id/adjust', operator, (context) =>
    orUnknown(site, context, async (id) => {
      const body = await context.req.parseBody();
      const filled = readFilled(body);
      const faults = faultsOf(filled);
      if (faults.length > 0) return show(site, context, id, { filled, faults }, 422);
      const adjustment = adjustmentOf(id, filled);
      const actor = context.get('user')?.name ?? '';
      if (body['step'] !== 'do')
        return show(site, context, id, {
          filled,
          faults: [],
          preview: await preview(app, adjustment, actor),
        });
      const [outcome] = await adjustBalances(app.recordDeps, { adjustments: [adjustment], actor });
      const refused = refusalOf(outcome as AdjustOutcome);
      if (refused !== undefined)
        return show(
          site,
          context,
          id,
          { filled, faults: [{ what: refused }] },
          statusOf(outcome as AdjustOutcome),
        );
      return context.redirect(await lineAddress(app, id, adjustment, outcome as AdjustOutcome), 303);
    }),
  );
}

// ------------------------------------------------------------------------------------------------- reading

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

const readFilled = (body: Readonly<Record<string, unknown>>): Filled => ({
  kind: text(body['kind']),
  amount: text(body['amount']),
  reason: text(body['reason']),
  key: text(body['key']),
});

function faultsOf({ kind, amount, reason, key }: Filled): Fault[] {
  const isAmount = /^\d{1,7}$/.test(amount) && Number(amount) >= 1 && Number(amount) <= AMOUNT_MAX;
  const reasonFault = faultOfReason(reason);
  return [
    ...(KINDS.some(([name]) => name === kind)
      ? []
      : [{ name: 'kind', what: 'Say whether to add or to take off.' }]),
    ...(isAmount
      ? []
      : [{ name: 'amount', what: `Expected a whole number from 1 to ${grouped(AMOUNT_MAX)}.` }]),
    ...(reasonFault === undefined ? [] : [{ name: 'reason', what: reasonFault }]),
    ...(/^console-[0-9a-f-]{36}$/.test(key) ? [] : [{ what: 'This form was cut off: open it again.' }]),
  ];
}

const adjustmentOf = (account: string, { kind, amount, reason, key }: Filled): Adjustment => ({
  account,
  amount: kind === 'take' ? -Number(amount) : Number(amount),
  reason,
  key,
});

// ------------------------------------------------------------------------------------------------- preview

interface Preview {
  readonly adjustment: Adjustment;
  readonly before: AccountView;
  readonly after: AccountView;
  readonly outcome: AdjustOutcome;
}

/** The real path, rolled back. */
const preview = (app: App, adjustment: Adjustment, actor: string): Promise<Preview> =>
  changeOrRehearse(app, true, async (db) => {
    const before = await viewOf(await inquire(db, adjustment.account), 0);
    const [outcome] = await adjustBalances({ ...app.recordDeps, db }, { adjustments: [adjustment], actor });
    const after = await viewOf(await inquire(db, adjustment.account), 0);
    return { adjustment, before, after, outcome: outcome as AdjustOutcome };
  });

/** Why it is not posted; undefined where it is, or was before. */
function refusalOf(outcome: AdjustOutcome): string | undefined {
  switch (outcome.outcome) {
    case 'applied':
      return undefined;
    case 'refused':
      return REFUSED[outcome.codes[0] ?? ''] ?? `The rules refuse it: ${outcome.codes.join(', ')}.`;
    case 'duplicate':
      return outcome.before === 'applied'
        ? undefined
        : 'It was sent before, and was not posted then: open the form again.';
    case 'conflict':
      return 'It was sent before with other numbers: open the form again.';
    case 'unknown-account':
      return 'There is no such account.';
    case 'waiting':
      return `It is kept, and waits until the account can be brought current (${outcome.code}: ${outcome.message}).`;
    case 'busy':
      return `Not posted, as somebody else is changing this account (${outcome.code}): send it again.`;
  }
}

const REFUSED: Readonly<Record<string, string>> = {
  'insufficient-connects': 'The balance would go below zero: take off less.',
  'balance-limit': 'An account cannot hold so many.',
};

const statusOf = ({ outcome }: AdjustOutcome): NonNullable<Page['status']> =>
  outcome === 'busy' ? 503 : outcome === 'conflict' || outcome === 'waiting' ? 409 : 422;

const STEP_LINES = 20;

/** Where it stands in the history, with its answer open. */
async function lineAddress(
  app: App,
  id: string,
  { key }: Adjustment,
  outcome: AdjustOutcome,
): Promise<string> {
  const subject = `adjustment:${outcome.event ?? key}`;
  const { lines } = await readHistoryPage(await inquire(app.db, id), {}, { limit: STEP_LINES });
  const line = lines.find((one) => one.subject === subject);
  if (!line) return accountAddress(id);
  return `${addressOf(accountAddress(id), { why: line.seq })}#line-${line.seq}`;
}

// ------------------------------------------------------------------------------------------------- drawing

interface Shown {
  readonly filled: Filled;
  readonly faults: readonly Fault[];
  readonly preview?: Preview;
}

async function show(
  site: Site,
  context: PageContext,
  id: string,
  shown: Shown,
  status: NonNullable<Page['status']> = 200,
): Promise<Response> {
  const view = await viewOf(await inquire(site.app.readDb, id), 0);
  const at = accountAddress(id);
  return site.render(
    context,
    {
      title: `Adjust the balance of ${id}`,
      section: 'accounts',
      status,
      crumbs: [
        { label: 'Accounts', href: '/accounts' },
        { label: id, href: at },
        { label: 'Adjust balance' },
      ],
      sub: `It has ${connects(view.balance)} now. A correction is a line of its own: nothing that was posted is changed.`,
    },
    <>
      <Faults faults={shown.faults} />
      {shown.preview ? (
        <PreviewCard id={id} preview={shown.preview} filled={shown.filled} token={context.get('formToken')} />
      ) : (
        ''
      )}
      <FormCard id={id} {...shown} token={context.get('formToken')} />
    </>,
  );
}

interface FormProps extends Shown {
  readonly id: string;
  readonly token: string | undefined;
}

function FormCard({ id, filled, faults, preview: shown, token }: FormProps) {
  const faultAt = (name: string): string | undefined => faults.find((one) => one.name === name)?.what;
  return (
    <Columns>
      <Card width={6} title={shown ? 'Change it' : 'Correction'}>
        <Form action={`${accountAddress(id)}/adjust`} token={token} label="Correction">
          <input type="hidden" name="key" value={filled.key} />
          <input type="hidden" name="step" value="preview" />
          <Select name="kind" label="Kind" value={filled.kind} options={KINDS} fault={faultAt('kind')} />
          <Field
            name="amount"
            label="Connects"
            type="number"
            min={1}
            max={AMOUNT_MAX}
            required
            value={filled.amount}
            fault={faultAt('amount')}
          />
          <Reason value={filled.reason} fault={faultAt('reason')} />
          <div class="acts">
            <Submit tone={shown ? 'plain' : 'main'}>Show what it would do</Submit>
          </div>
        </Form>
      </Card>
    </Columns>
  );
}

interface PreviewProps {
  readonly id: string;
  readonly preview: Preview;
  readonly filled: Filled;
  readonly token: string | undefined;
}

function PreviewCard({ id, preview: shown, filled, token }: PreviewProps) {
  const refused = refusalOf(shown.outcome);
  if (refused !== undefined)
    return (
      <Say tone="bad" role="alert" sentence="This would not be posted.">
        {refused}
      </Say>
    );
  const { adjustment, before, after } = shown;
  const taken = adjustment.amount < 0;
  const count = connects(Math.abs(adjustment.amount));
  return (
    <Say
      tone="warn"
      role="status"
      sentence={`${count} would be ${taken ? 'taken from' : 'added to'} ${id}: ${grouped(before.balance)} becomes ${grouped(after.balance)}.`}
      action={
        <Form action={`${accountAddress(id)}/adjust`} token={token} label="Do it" className="inline">
          {Object.entries({ ...filled, step: 'do' }).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <Submit tone={taken ? 'bad' : 'main'}>{taken ? 'Take them off' : 'Add them'}</Submit>
        </Form>
      }
    >
      The member reads “Correction: {filled.reason}” in Connects History. No email is sent. {nextWords(after)}
    </Say>
  );
}

/** `On 16 December 2026 it would have 280: 79 of it expire, and 80 are added.` */
function nextWords({ next, nextCycleOn }: AccountView): string {
  if (next === null || nextCycleOn === null) return '';
  return `On ${dayWords(nextCycleOn)}, if nothing else changes, ${grouped(next.expired)} expire and ${grouped(next.free + next.paid)} are added: ${grouped(next.closing)} then.`;
}
