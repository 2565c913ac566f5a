/** Heads the page of an account that cannot be settled: why, since when, what must happen, and who knows of it. */
import type { Queryable } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { OpenFailure } from '../../reports/account-records.ts';
import { type FailureWork, listFailureWork } from '../../reports/failure-work.ts';
import { counted } from '../../words.ts';
import { runAddress } from '../parts/addresses.ts';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { NearTime } from '../parts/times.tsx';
import { failuresAddress } from './failures-asked.ts';
import { Coded } from './failures-facets.tsx';
import { WhatWasSaid } from './failures-said.tsx';
import { runbookOf } from './failures-words.ts';

/** What people said of it; undefined of one that is not put aside. */
export async function readCare(
  db: Queryable,
  account: string,
  { failure, now }: { readonly failure: OpenFailure | undefined; readonly now: Instant },
): Promise<FailureWork | undefined> {
  if (failure?.state !== 'put-aside') return undefined;
  const [found] = await listFailureWork(db, { accounts: [account] }, { now, limit: 1, after: '' });
  return found;
}

interface HeldUpProps {
  readonly account: string;
  readonly failure: OpenFailure | undefined;
  readonly care: FailureWork | undefined;
  readonly now: Instant;
  readonly mayChange: boolean;
}

export function HeldUp({ account, failure, care, now, mayChange }: HeldUpProps) {
  if (failure === undefined) return <></>;
  const { state, code, message, runId, lastAt, attempts } = failure;
  const isAside = state === 'put-aside';
  return (
    <Say
      tone={isAside ? 'bad' : 'warn'}
      sentence={
        isAside ? `Put aside with ${code}: a person must act.` : `Tried again by itself after ${code}.`
      }
      action={isAside ? <Actions account={account} code={code} mayChange={mayChange} /> : undefined}
    >
      {message}, <NearTime at={lastAt} now={now} />, after {counted(attempts, 'attempt')}, by{' '}
      <a class="link" href={runAddress(runId)}>
        run {grouped(runId)}
      </a>
      . {isAside ? <WhatToDo code={code} /> : ''}
      {care === undefined ? '' : <WhatWasSaid one={care} now={now} />}
    </Say>
  );
}

/** The runbook's own words. */
function WhatToDo({ code }: { readonly code: string }) {
  const entry = runbookOf(code)?.entry;
  return (
    <>
      <br />
      <b>What must happen:</b>{' '}
      {entry === undefined ? (
        <>the runbook has no heading for it; mend its cause, then rerun it.</>
      ) : (
        <>
          <Coded text={entry.first} /> Then rerun it; until then no sweep comes to it. For members:{' '}
          <Coded text={entry.members} />
        </>
      )}
    </>
  );
}

const Actions = ({
  account,
  code,
  mayChange,
}: Pick<HeldUpProps, 'account' | 'mayChange'> & { code: string }) => (
  <>
    {mayChange ? (
      <a class="btn main" href={failuresAddress({ account })}>
        Act on it
      </a>
    ) : (
      ''
    )}{' '}
    <a class="btn" href={failuresAddress({ code })}>
      Failures like it
    </a>
  </>
);
