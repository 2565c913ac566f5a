/** The fields that requests and answers of /v1 are made of. */
import { z } from 'zod';
import {
  REASON_LENGTH_MAX,
  accountIdField,
  instantField,
  localDateField,
} from '../../domain/events/fields.ts';
import { plainLine } from '../../plain-text.ts';

// ------------------------------------------------------------------------------------------- what is asked

/** A whole number, as the text of a query or a path. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((one) => one >= min && one <= max, `expected a whole number from ${min} to ${max}`)
    .meta({ type: 'integer', minimum: min, maximum: max });

/** A number that the database gave: of a run, a notice, a backfill. */
export const NUMBER_MAX = 1e15 - 1;
export const numberText = wholeNumber(1, NUMBER_MAX);
export const numberField = z.int().min(1).max(NUMBER_MAX);

export const LIMIT_MAX = 500;
export const LIMIT_DEFAULT = 100;
export const limitField = wholeNumber(1, LIMIT_MAX)
  .default(LIMIT_DEFAULT)
  .describe(`How many; ${LIMIT_DEFAULT} where it is left out.`);

/** One or several: `?type=a&type=b`. */
export const oneOrMore = <Item extends z.ZodType<string>>(item: Item) =>
  z
    .union([item, z.array(item).max(100)])
    .transform((asked): z.output<Item>[] => [...new Set([asked].flat() as z.output<Item>[])]);

export const flagField = z
  .enum(['true', 'false'], 'expected true or false')
  .transform((text) => text === 'true');

const DAY_MS = 86_400_000;

/** From an instant on, or from the beginning of a date (UTC). */
export const sinceField = z
  .union([instantField, localDateField.transform((on) => Date.parse(on))], {
    error: 'expected an instant such as 2021-05-01T00:00:00Z, or a date, YYYY-MM-DD',
  })
  .describe('An instant, or a date (UTC); included.');

/** Up to an instant or a date (UTC), both included: what comes first after it. */
export const untilField = z
  .union(
    [instantField.transform((at) => at + 1), localDateField.transform((on) => Date.parse(on) + DAY_MS)],
    { error: 'expected an instant such as 2021-05-01T00:00:00Z, or a date, YYYY-MM-DD' },
  )
  .describe('An instant, or a date (UTC); included.');

/** One line, so that it can neither break a table nor steer a terminal. */
export const lineField = (lengthMax: number) =>
  z
    .string(`expected one line of 1 to ${lengthMax} characters`)
    .refine(
      (text) => plainLine(text) === text && text.trim() !== '' && text.length <= lengthMax,
      `expected one line of 1 to ${lengthMax} characters`,
    )
    .meta({ minLength: 1, maxLength: lengthMax });

export const reasonField = lineField(REASON_LENGTH_MAX).describe('Why: kept with what is changed.');
export const expectField = z.int().min(0).max(1e9).describe('Refused (409) when they are not this many.');
export const dryRunField = z.boolean().default(false).describe('Takes the real path, and changes nothing.');
export const accountsField = z
  .array(accountIdField)
  .min(1)
  .max(10_000)
  .transform((ids) => [...new Set(ids)].toSorted());

// ------------------------------------------------------------------------------------------ what is answered

export const instantText = z.iso.datetime();
export const dateText = z.iso.date();
export const count = z.int().min(0);
export const amount = z.int();
/** By name. */
export const counts = z.record(z.string(), count);
export const anything = z.unknown();
export const holdShape = z
  .strictObject({ since: instantText, by: z.string(), reason: z.string().nullable() })
  .describe('Since when, by whom and why it is held.')
  .meta({ id: 'Hold' });

/** A page of a list, and where it goes on. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('The cursor of the next page; null after the last one.'),
  });

/** Which account an address names. */
export const accountPath = z.strictObject({ account: accountIdField });

export const pastShape = z
  .strictObject({ writtenUntil: instantText.nullable(), notRecorded: z.array(z.string()) })
  .nullable()
  .describe('Of a past instant: what had been written by then, and what nobody can say of it; null of now.');
