/** The inbox's messages: one .eml file each where a folder is given, so that a second start finds them; else in memory. */
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';

/** Without a folder the oldest go when there are more: a long load run must not fill the memory. */
const IN_MEMORY_MAX = 100_000;

export interface MailSummary {
  readonly id: string;
  /** ISO instant. */
  readonly receivedAt: string;
  /** Envelope addresses. */
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string | undefined;
}

export interface MailPage {
  /** All that match, not only those returned. */
  readonly total: number;
  /** Newest first. */
  readonly messages: readonly MailSummary[];
}

export interface MailRequest {
  readonly to?: string | undefined;
  readonly search?: string | undefined;
  readonly limit: number;
}

/** The newest messages that are searched: each must be read. */
export const SEARCHED_MAX = 10_000;
/** Those of which the text is searched too: each takes a few milliseconds. */
export const READ_MAX = 500;

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

export interface MailStore {
  add(message: Buffer, envelope: Envelope): Promise<void>;
  count(): number;
  /**
   * `to` keeps the messages to exactly this address, `search` those that hold these words in their subject, an
   * address or their text, whatever the case.
   */
  list(request: MailRequest): Promise<MailPage>;
  summary(id: string): Promise<MailSummary | undefined>;
  /** The message as it came, below a Return-Path and Delivered-To lines that hold its envelope. */
  source(id: string): Promise<Buffer | undefined>;
  clear(): Promise<void>;
}

interface Kept {
  readonly id: string;
  /** Only in memory. */
  readonly source?: Buffer;
  envelope?: Envelope;
  summary?: MailSummary;
}

export function openMailStore(folder: string | undefined): MailStore {
  const kept = new Map<string, Kept>();
  if (folder !== undefined) for (const id of storedIds(folder)) kept.set(id, { id });
  let sequence = kept.size;

  const read = async (one: Kept) => one.source ?? (await readFile(join(folder as string, `${one.id}.eml`)));
  const envelopeOf = async (one: Kept) => (one.envelope ??= parseEnvelope(await read(one)));
  const summaryOf = async (one: Kept) =>
    (one.summary ??= await summarise(one.id, await envelopeOf(one), await read(one)));

  return {
    async add(message, envelope) {
      sequence += 1;
      const id = `${new Date().toISOString().replaceAll(/[-:.]/g, '')}-${String(sequence).padStart(8, '0')}`;
      const source = Buffer.concat([Buffer.from(envelopeLines(envelope)), message]);
      if (folder === undefined) {
        kept.set(id, { id, source, envelope });
        if (kept.size > IN_MEMORY_MAX) kept.delete(kept.keys().next().value as string);
        return;
      }
      const path = join(folder, `${id}.eml`);
      await writeFile(`${path}.new`, source, { mode: 0o600 });
      await rename(`${path}.new`, path);
      kept.set(id, { id, envelope });
    },
    count: () => kept.size,
    async list({ to, search, limit }) {
      let matching = [...kept.values()].reverse();
      if (to !== undefined) {
        const wanted = to.toLowerCase();
        const envelopes = await inTurn(matching, envelopeOf);
        matching = matching.filter((_, index) =>
          envelopes[index]?.to.some((address) => address.toLowerCase() === wanted),
        );
      }
      if (search !== undefined) {
        const candidates = matching.slice(0, SEARCHED_MAX);
        matching = [];
        for (const [index, one] of candidates.entries()) {
          const mail = await summaryOf(one);
          if (isAbout(search, wordsOf(mail))) matching.push(one);
          else if (index < READ_MAX && isAbout(search, wordsOf(mail) + (await textOf(await read(one)))))
            matching.push(one);
        }
      }
      return { total: matching.length, messages: await inTurn(matching.slice(0, limit), summaryOf) };
    },
    async summary(id) {
      const one = kept.get(id);
      return one && summaryOf(one);
    },
    async source(id) {
      const one = kept.get(id);
      return one && read(one);
    },
    async clear() {
      const gone = [...kept.keys()];
      kept.clear();
      if (folder !== undefined) await inTurn(gone, (id) => rm(join(folder, `${id}.eml`), { force: true }));
    },
  };
}

const wordsOf = ({ subject, from, to }: MailSummary): string => [subject, from, ...to, ''].join('\n');

/** All that is searched for, each word anywhere. */
function isAbout(search: string, found: string): boolean {
  const text = found.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Where plain text comes before HTML, as ours does, the HTML is not parsed: it is most of the message. */
async function textOf(source: Buffer): Promise<string> {
  const plain = source.indexOf('Content-Type: text/plain');
  const markup = source.indexOf('Content-Type: text/html', Math.max(0, plain));
  const read = plain !== -1 && markup !== -1 ? source.subarray(0, markup) : source;
  const { text } = await simpleParser(read, { skipTextToHtml: true, skipTextLinks: true });
  return text ?? '';
}

/** One after the other: thousands of files at once would need as many descriptors. */
async function inTurn<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}

/** Names begin with the instant, so their order is that of arrival. */
function storedIds(folder: string): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return names.map((name) => name.slice(0, -'.eml'.length)).toSorted();
}

function envelopeLines({ from, to }: Envelope): string {
  return [`Return-Path: <${from}>`, ...to.map((one) => `Delivered-To: ${one}`), ''].join('\r\n');
}

function parseEnvelope(source: Buffer): Envelope {
  let from = '';
  const to: string[] = [];
  for (const line of headerBlock(source).split(/\r?\n/)) {
    const [, name, value = ''] = /^(Return-Path|Delivered-To): (.*)$/.exec(line) ?? [];
    if (name === undefined) break;
    if (name === 'Return-Path') from = value.replaceAll(/[<>]/g, '');
    else to.push(value);
  }
  return { from, to };
}

function headerBlock(source: Buffer): string {
  const end = source.indexOf('\r\n\r\n');
  return source.subarray(0, end === -1 ? source.length : end + 4).toString('latin1');
}

async function summarise(id: string, envelope: Envelope, source: Buffer): Promise<MailSummary> {
  // Only the headers are parsed: a list shows hundreds of messages.
  const { subject, messageId } = await simpleParser(Buffer.from(headerBlock(source), 'latin1'));
  const receivedAt = id.replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/,
    '$1-$2-$3T$4:$5:$6.$7Z',
  );
  return { id, receivedAt, ...envelope, subject: subject ?? '(no subject)', messageId };
}
