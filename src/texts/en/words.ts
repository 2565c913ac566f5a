/** What all areas say: amounts, plans, days. */
import { message } from '../message.ts';

export const words = {
  connects: message<{ count: number }>('{count, plural, one {# Connect} other {# Connects}}'),
  days: message<{ count: number }>('{count, plural, one {# day} other {# days}}'),
  cycles: message<{ count: number }>('{count, plural, one {# cycle} other {# cycles}}'),
  /** As a heading. */
  planTitle: message<{ plan: string }>(
    '{plan, select, basic {Freelancer Basic} plus {Freelancer Plus} agency {Agency} other {{plan}}}',
  ),
  /** Within a sentence. */
  planPhrase: message<{ plan: string }>(
    '{plan, select, basic {Freelancer Basic} plus {Freelancer Plus} agency {the Agency plan} other {{plan}}}',
  ),
  /** Of an account. */
  status: message<{ status: string }>(
    '{status, select, active {active} suspended {suspended} closed {closed} other {{status}}}',
  ),
  unknownDay: message('a day that is not recorded'),
  moment: message<{ day: string; clock: string }>('{day}, {clock}'),
  dayOfMonth: message<{ day: number }>('the {day, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}'),
};
