/** The parts of the page for a new backfill: the form, what it would do, five of them, the start. */
import { PLAN_NAMES } from '../../domain/terms.ts';
import type { BackfillPlan } from '../../operations/backfills/backfill-plan.ts';
import type { CyclesGrid } from '../../reports/cycles-grid.ts';
import { counted, formatAge, upperFirst } from '../../words.ts';
import { PartsBar } from '../charts/small.tsx';
import { accountAddress } from '../parts/addresses.ts';
import { Card, Columns } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Checkbox, type Fault, Faults, Field, Form, Reason, Select, Submit } from '../parts/form.tsx';
import { grouped, signed } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { DateOn } from '../parts/times.tsx';
import { ACCOUNTS_MAX, type BackfillForm, INCLUDED, NOTIFY, reasonWords } from './backfill-asked.ts';
import { WhereTheHolesAre } from './backfill-holes.tsx';

interface NewProps {
  readonly form: BackfillForm;
  readonly faults: readonly Fault[];
  /** Undefined where nothing was asked yet, or it could not be looked at. */
  readonly plan: BackfillPlan | undefined;
  /** Whether a second person would have to approve it. */
  readonly waits: boolean;
  readonly token: string | undefined;
  readonly reason: string | undefined;
  readonly grid: CyclesGrid;
}

export const NewBackfill = ({ form, faults, plan, waits, token, reason, grid }: NewProps) => (
  <>
    <Faults faults={faults} />
    <Columns>
      <div class="w7 stack">
        <WhereTheHolesAre grid={grid} form={form} />
        {plan && plan.samples.length > 0 ? (
          <div class="last">
            <Samples plan={plan} />
          </div>
        ) : (
          ''
        )}
      </div>
      <div class="w5 stack">
        <WhatToFill form={form} faults={faults} />
        {plan ? <WhatItWouldDo plan={plan} form={form} /> : <NotYet />}
        {plan && plan.cycles + plan.recorded > 0 ? (
          <Start {...{ plan, form, faults, waits, token, reason }} />
        ) : (
          ''
        )}
      </div>
    </Columns>
  </>
);

const faultAt = (faults: readonly Fault[], name: string): string | undefined =>
  faults.find((one) => one.name === name)?.what;

function WhatToFill({ form, faults }: Pick<NewProps, 'form' | 'faults'>) {
  const fault = (name: string) => faultAt(faults, name);
  return (
    <Card title="What to fill">
      <Form action="/backfills/new" method="get" label="What to fill">
        <div class="flow">
          <Field name="from" label="From" type="date" value={form.from} required fault={fault('from')} />
          <Field name="to" label="To" type="date" value={form.to} required fault={fault('to')} />
          <Field
            name="rate"
            label="Accounts a second"
            type="number"
            min={1}
            value={form.rate}
            placeholder="no limit"
            fault={fault('rate')}
          />
        </div>
        <Select
          name="plan"
          label="Of"
          value={form.plan}
          options={[['', 'All accounts'], ...PLAN_NAMES.map((one) => [one, `Accounts on ${one}`] as const)]}
          fault={fault('plan')}
        />
        <Field
          name="accounts"
          label="Or only of these accounts"
          value={form.accounts}
          hint={`Ids, with spaces between them; at most ${ACCOUNTS_MAX}.`}
          autocomplete="off"
          fault={fault('accounts')}
        />
        <fieldset class="group">
          <legend>Besides cycles that were never settled</legend>
          <div class="flow">
            {INCLUDED.map((one) => (
              <Checkbox
                name="include"
                value={one}
                label={upperFirst(reasonWords(one))}
                checked={form.include.includes(one)}
              />
            ))}
          </div>
        </fieldset>
        <Select name="notify" label="Emails" value={form.notify} options={NOTIFY} fault={fault('notify')} />
        <div>
          <Submit tone="plain">See what it would do</Submit>
        </div>
      </Form>
    </Card>
  );
}

const NotYet = () => (
  <Card title="What it would do">
    <Empty sentence="Choose the cycle dates first.">Nothing is granted by looking.</Empty>
  </Card>
);

function WhatItWouldDo({ plan, form }: { readonly plan: BackfillPlan; readonly form: BackfillForm }) {
  const { accounts, cycles, connects, recorded, hash } = plan;
  const rate = Number(form.rate);
  const takes = rate > 0 && accounts > 0 ? `, about ${formatAge(accounts / rate)}` : '';
  return (
    <Card
      title="What it would do"
      aside={<span class="nowrap">looked at now · plan {hash.slice(0, 8)}</span>}
      bare
    >
      <div class="in">
        <p>
          <span class="hero">
            {grouped(cycles)} <small>{cycles === 1 ? 'cycle' : 'cycles'}</small>
          </span>
        </p>
        <p class="q">
          {cycles === 0
            ? 'Nothing is to be granted.'
            : `of ${counted(accounts, 'account')}, ${grouped(connects)} Connects${takes}`}
        </p>
      </div>
      {cycles > 0 ? <Reasons plan={plan} /> : ''}
      <footer>{leftAlone(plan, recorded).join(' ')}</footer>
    </Card>
  );
}

function Reasons({ plan: { byReason, connects } }: { readonly plan: BackfillPlan }) {
  return (
    <table>
      <caption class="sr">Cycles and Connects by why they gave nothing</caption>
      <tbody>
        {Object.entries(byReason).map(([reason, sum]) => (
          <tr>
            <th scope="row">
              {upperFirst(reasonWords(reason))}, {grouped(sum.cycles)}
            </th>
            <td class="n">{grouped(sum.connects)}</td>
            <td class="p2">
              <PartsBar
                isSlim
                label={`${grouped(sum.connects)} of ${grouped(connects)} Connects`}
                total={Math.max(1, connects)}
                parts={[{ name: reason, count: sum.connects, fill: 'f-grant' }]}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is not touched, and what happens besides. */
function leftAlone({ skipped, notIncluded, settledFirst }: BackfillPlan, recorded: number): string[] {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([why, count]) => `${grouped(count)} ${reasonWords(why)}`)
      .join(', ');
  const first = settledFirst;
  return [
    Object.keys(skipped).length > 0 ? `Left alone: ${list(skipped)}.` : 'Nothing is left alone.',
    ...(Object.keys(notIncluded).length > 0 ? [`Not asked for: ${list(notIncluded)}.`] : []),
    ...(recorded > 0 ? [`${counted(recorded, 'settlement')} lost, recorded again from the ledger.`] : []),
    ...(first.accounts > 0
      ? [
          `Besides, ${counted(first.accounts, 'account')} due, settled first as by a sweep: ` +
            `${counted(first.cycles, 'cycle')}, ${grouped(first.connects)} Connects.`,
        ]
      : []),
  ];
}

const SHOWN = 4;

const Samples = ({ plan: { samples } }: { readonly plan: BackfillPlan }) => (
  <Card title={samples.length === 5 ? 'Five of them' : 'Some of them'} bare>
    <div class="scroll" tabindex={0} role="region" aria-label="Some of the accounts">
      <table>
        <caption class="sr">Some of the accounts, and what each would get</caption>
        <tbody>
          {samples.flatMap(({ account, cycles }) => [
            ...cycles.slice(0, SHOWN).map((one, index) => (
              <tr>
                <th scope="row">
                  {index > 0 ? (
                    <span class="sr">{account}</span>
                  ) : (
                    <a class="link mono" href={accountAddress(account)}>
                      {account}
                    </a>
                  )}
                </th>
                <td class="nowrap">
                  <DateOn on={one.cycleOn} />
                </td>
                <td class="p2">{upperFirst(reasonWords(one.reason))}</td>
                <td class="n">
                  <span class="plus">{signed(one.connects)}</span>
                </td>
              </tr>
            )),
            ...(cycles.length > SHOWN
              ? [
                  <tr>
                    <td colspan={4} class="qq">
                      and {counted(cycles.length - SHOWN, 'more cycle')} of {account}
                    </td>
                  </tr>,
                ]
              : []),
          ])}
        </tbody>
      </table>
    </div>
  </Card>
);

type StartProps = Omit<NewProps, 'grid'> & { readonly plan: BackfillPlan };

function Start({ plan, form, faults, waits, token, reason }: StartProps) {
  const { connects, cycles, recorded, hash } = plan;
  const label =
    cycles > 0 ? `Grant ${grouped(connects)} Connects` : `Record ${counted(recorded, 'settlement')}`;
  return (
    <Card title="Start it">
      {waits ? <Say tone="warn" sentence="It will wait until a second person approves it." /> : ''}
      <Form action="/backfills/new" token={token} label="Start it">
        <Kept form={form} hash={hash} />
        <Reason value={reason ?? ''} fault={faultAt(faults, 'reason')} />
        <div class="flow">
          <Submit>{label}</Submit>
          <span class="qq">refused if the plan changes meanwhile</span>
        </div>
      </Form>
    </Card>
  );
}

const Kept = ({ form, hash }: { readonly form: BackfillForm; readonly hash: string }) => {
  const { include, ...single } = form;
  return (
    <>
      {Object.entries(single).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {include.map((one) => (
        <input type="hidden" name="include" value={one} />
      ))}
      <input type="hidden" name="planHash" value={hash} />
    </>
  );
};
