/** What the doctor says of a clock that was compared with this machine's. */
import { KEEP_TIME, describeSkew, isApart } from '../../../clocks.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

const SKEW_WARN_MS = 2_000;

const NAMES = { database: "the database's clock", redis: "Redis' clock" } as const;

/** @param skewMs how far ahead of this machine's it is */
export function compared(server: keyof typeof NAMES, skewMs: number): readonly Finding[] {
  const found = `${NAMES[server]} is ${describeSkew(skewMs)}`;
  if (isApart(skewMs))
    return [fault('clock', `${found}: nothing is granted, sent or recorded`, KEEP_TIME, 'unavailable')];
  if (Math.abs(skewMs) > SKEW_WARN_MS) return [warning('clock', found, KEEP_TIME)];
  return [ok('clock', `${NAMES[server]} agrees with this machine's`)];
}
