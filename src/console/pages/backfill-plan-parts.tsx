/** The parts of the page for a new backfill: the form, what it would do, five of them, the start. */
import { PLAN_NAMES } from '../../domain/terms.ts';
import type { BackfillPlan } from '../../operations/backfills/backfill-plan.ts';
import type { PlanLook } from '../../operations/backfills/plan-looks.ts';
import type { CyclesGrid } from '../../reports/cycles-grid.ts';
import { counted, upperFirst } from '../../words.ts';
import { accountAddress } from '../parts/addresses.ts';
import { Card, Columns } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Checkbox, type Fault, Faults, Field, Form, Reason, Select, Submit } from '../parts/form.tsx';
import { grouped, signed } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { DateOn } from '../parts/times.tsx';
import { ACCOUNTS_MAX, type BackfillForm, INCLUDED, NOTIFY, reasonWords } from './backfill-asked.ts';
import { WhereTheHolesAre } from './backfill-holes.tsx';
import { Looking, WhatItWouldDo } from './backfill-look.tsx';

interface NewProps {
  readonly form: BackfillForm;
  readonly faults: readonly Fault[];
  /** Undefined where nothing was asked yet, or it could not be looked at. */
  readonly look: PlanLook | undefined;
  /** Whether a second person would have to approve it. */
  readonly waits: boolean;
  readonly token: string | undefined;
  readonly reason: string | undefined;
  readonly grid: CyclesGrid;
}

export function NewBackfill({ form, faults, look, waits, token, reason, grid }: NewProps) {
  const plan = look?.state === 'done' ? look.plan : undefined;
  return (
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
          {look?.state === 'done' ? (
            <WhatItWouldDo plan={look.plan} at={look.at} rate={form.rate} />
          ) : look ? (
            <Looking look={look} />
          ) : (
            <NotYet />
          )}
          {plan && plan.cycles + plan.recorded > 0 ? (
            <Start {...{ plan, form, faults, waits, token, reason }} />
          ) : (
            ''
          )}
        </div>
      </Columns>
    </>
  );
}

const faultAt = (faults: readonly Fault[], name: string): string | undefined =>
  faults.find((one) => one.name === name)?.what;

function WhatToFill({ form, faults }: Pick<NewProps, 'form' | 'faults'>) {
  const fault = (name: string) => faultAt(faults, name);
  return (
    <Card title="What to fill">
      <Form action="/backfills/new" method="get" label="What to fill">
        <div class="fields">
          <Field name="from" label="From" type="date" value={form.from} required fault={fault('from')} />
          <Field name="to" label="To" type="date" value={form.to} required fault={fault('to')} />
        </div>
        <div class="fields">
          <Select
            name="plan"
            label="Of"
            value={form.plan}
            options={[['', 'All accounts'], ...PLAN_NAMES.map((one) => [one, `Accounts on ${one}`] as const)]}
            fault={fault('plan')}
          />
          <Select name="notify" label="Emails" value={form.notify} options={NOTIFY} fault={fault('notify')} />
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
        <LessOften form={form} faults={faults} />
        <div>
          <Submit tone="plain">See what it would do</Submit>
        </div>
      </Form>
    </Card>
  );
}

const FOLDED = ['accounts', 'include', 'between', 'zone'] as const;

/** Open where any of it is filled in. */
function LessOften({ form, faults }: Pick<NewProps, 'form' | 'faults'>) {
  const fault = (name: string) => faultAt(faults, name);
  const isOpen = FOLDED.some((name) => form[name].length > 0 || fault(name) !== undefined);
  return (
    <details class="unfold" open={isOpen}>
      <summary>Only some accounts, other reasons, hours of the day</summary>
      <div class="form">
        <Field
          name="accounts"
          label="Only of these accounts"
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
        <div class="fields">
          <Field
            name="between"
            label="Only between"
            value={form.between}
            placeholder="at any hour"
            hint="Such as 22:00-05:00."
            maxlength={11}
            fault={fault('between')}
          />
          <Field
            name="zone"
            label="In the zone"
            value={form.zone}
            placeholder="UTC"
            hint="Such as Europe/Berlin."
            maxlength={64}
            fault={fault('zone')}
          />
        </div>
      </div>
    </details>
  );
}

const NotYet = () => (
  <Card title="What it would do">
    <Empty sentence="Choose the cycle dates first.">Nothing is granted by looking.</Empty>
  </Card>
);

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

type StartProps = Omit<NewProps, 'grid' | 'look'> & { readonly plan: BackfillPlan };

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
