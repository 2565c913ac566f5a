/**
 * Passwords, kept as scrypt hashes together with what they were made with, so that a later release may ask for more and
 * still knows the old ones: `scrypt$15$8$3$SALT$HASH` is 2^15 rounds, blocks of 8, 3 in a row, and base64url.
 */
import { type ScryptOptions, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export const PASSWORD_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 200;

/** As OWASP has it for 32 MiB: about a fifth of a second of one core. */
const COST = { logN: 15, r: 8, p: 3 } as const;
/** The most that a stored hash may ask for. */
const COST_MAX = { logN: 20, r: 32, p: 16 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Hashes that are made at once, and calls that may wait for their turn: each takes a core and 32 MiB. */
const AT_ONCE_MAX = 2;
const WAITING_MAX = 20;

/** What no password hashes to: whoever has none is checked in the same time as everybody else. */
const NOBODYS = `scrypt$${COST.logN}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Why a password cannot be taken, as a sentence; undefined for one that can. */
export function faultOfPassword(password: string, name: string): string | undefined {
  const { length } = password.normalize('NFKC');
  if (length < PASSWORD_LENGTH_MIN) return `A password has at least ${PASSWORD_LENGTH_MIN} characters.`;
  if (length > PASSWORD_LENGTH_MAX) return `A password has at most ${PASSWORD_LENGTH_MAX} characters.`;
  if (new Set(password).size < 5) return 'A password has at least 5 different characters.';
  if (password.toLowerCase().replaceAll(name, '').length < PASSWORD_LENGTH_MIN / 2)
    return 'A password is more than your name.';
  return undefined;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.logN, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join(
    '$',
  );
}

/**
 * Takes the same time for whoever has no password (`stored` is empty) as for everybody else.
 * @returns `busy` when too many wait to be checked already
 */
export async function checkPassword(password: string, stored: string): Promise<boolean | 'busy'> {
  if (waiting.length >= WAITING_MAX) return 'busy';
  const { salt, hash, cost } = parse(stored === '' ? NOBODYS : stored);
  // Beyond the longest nothing is right, and it is cut, so that nobody can make us work on megabytes.
  const made = await derive(password.slice(0, PASSWORD_LENGTH_MAX * 2), salt, cost);
  return timingSafeEqual(made, hash) && stored !== '';
}

interface Cost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

function parse(stored: string): { salt: Buffer; hash: Buffer; cost: Cost } {
  const [kind, logN, r, p, salt, hash] = stored.split('$');
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const isKnown =
    kind === 'scrypt' && cost.logN <= COST_MAX.logN && cost.r <= COST_MAX.r && cost.p <= COST_MAX.p;
  if (!isKnown) throw new Error('a stored password hash is none of ours');
  return { salt: Buffer.from(salt ?? '', 'base64url'), hash: Buffer.from(hash ?? '', 'base64url'), cost };
}

async function derive(password: string, salt: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  await turn();
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, hash) =>
        error ? reject(error) : resolve(hash),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else underWay -= 1;
  }
}

let underWay = 0;
const waiting: (() => void)[] = [];

async function turn(): Promise<void> {
  // A turn is handed over, so that nobody comes in between.
  if (underWay >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
  else underWay += 1;
}
