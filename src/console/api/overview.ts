/** /v1/overview: what an operator wants to see first. */
import { z } from 'zod';
import { formatInstant } from '../../domain/calendar.ts';
import { holdJson, holdOrNull } from '../../json/holds.ts';
import { listedRunJson } from '../../json/runs.ts';
import { listRunNotes } from '../../ledger/run-notes.ts';
import { findHold } from '../../outbox/hold.ts';
import { readReplicaAge } from '../replica-age.ts';
import { SLOT_STATES } from '../../reports/ticks.ts';
import { readFacts } from '../pages/overview-facts.ts';
import { sentenceOf } from '../pages/overview-sentence.ts';
import { count, holdShape, instantText } from './fields.ts';
import { type ApiRoute, reads } from './route.ts';
import { listedRunShape } from './runs.ts';

const overviewShape = z
  .strictObject({
    now: instantText,
    sentence: z.string().describe('Whether a person must act.'),
    accounts: count,
    due: count.describe('Due and not put aside; counted up to 2,000.'),
    oldestDueAt: instantText.nullable(),
    putAside: z.strictObject({
      accounts: count,
      codes: z
        .array(z.strictObject({ code: z.string(), accounts: count }))
        .describe('The most frequent first.'),
      oldestAt: instantText.nullable(),
    }),
    lastClean: z
      .strictObject({ at: instantText, run: count.nullable() })
      .nullable()
      .describe('The last time that everybody was found, or made, current; the run that did it.'),
    hold: holdShape.nullable(),
    mailHold: holdShape.nullable(),
    active: z.array(listedRunShape).describe('Runs that are open, the latest first.'),
    outbox: z
      .strictObject({ waiting: count, oldestAt: instantText.nullable() })
      .describe('Emails still to be sent; counted up to 2,000.'),
    ticks: z
      .array(z.strictObject({ at: instantText, state: z.enum(SLOT_STATES) }))
      .describe("What became of the scheduler's latest slots, the oldest first."),
    past: z
      .array(
        z.strictObject({
          at: instantText,
          due: count,
          putAside: count,
          waiting: count.describe('Emails still to be sent.'),
          cleanSeconds: count.nullable().describe('Since everybody was found, or made, current.'),
          sentToday: count
            .nullable()
            .describe(
              'Emails sent since midnight UTC; this and the next three are null where they were not counted yet.',
            ),
          refused: count.nullable().describe('Emails that were refused for good.'),
          tooOld: count
            .nullable()
            .describe('Emails that came to nothing because they would have told of long ago.'),
          suppressed: count.nullable().describe('Emails that somebody holds back.'),
        }),
      )
      .describe('How these figures went: every ten minutes of the last six hours, the oldest first.'),
    nextTickAt: instantText.nullable().describe('Null where no scheduler ticks, or Redis cannot be asked.'),
    replicaBehindSeconds: z
      .union([count, z.literal('unknown')])
      .nullable()
      .describe('How far what this was read from is behind; null where it keeps up, or is the primary.'),
  })
  .meta({ id: 'Overview' });

const textOf = (at: number | null): string | null => (at === null ? null : formatInstant(at));

export const OVERVIEW_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/overview',
    id: 'showOverview',
    about: 'Overview',
    summary: 'Whether a person must act, what is due, which runs are open, whether mail is moving',
    answer: overviewShape,
    handle: async ({ app }) => {
      const facts = await readFacts(app);
      const { putAside, lastClean, outbox } = facts;
      const behindMs = await readReplicaAge(app);
      const mail = await findHold(app.readDb);
      const open = facts.active.map((one) => one.run.id);
      const notes = await listRunNotes(app.readDb, open);
      return {
        now: formatInstant(facts.now),
        sentence: sentenceOf(facts, facts.dueAlarmMs).sentence,
        accounts: facts.accounts,
        due: facts.due,
        oldestDueAt: textOf(facts.oldestDueAt),
        putAside: { ...putAside, oldestAt: textOf(putAside.oldestAt) },
        lastClean: lastClean && { at: formatInstant(lastClean.at), run: lastClean.run?.id ?? null },
        hold: holdOrNull(facts.hold ?? undefined),
        mailHold: mail ? holdJson(mail) : null,
        active: facts.active.map((one) => listedRunJson(one, notes.get(one.run.id) ?? [])),
        outbox: { waiting: outbox.waiting, oldestAt: textOf(outbox.oldestAt) },
        ticks: facts.slots.map(({ at, state }) => ({ at: formatInstant(at), state })),
        past: facts.past.map(({ at, cleanS, ...one }) => ({
          ...one,
          at: formatInstant(at),
          cleanSeconds: cleanS,
        })),
        nextTickAt: textOf(facts.nextTickAt),
        replicaBehindSeconds: typeof behindMs === 'number' ? Math.round(behindMs / 1_000) : behindMs,
      };
    },
  }),
];
