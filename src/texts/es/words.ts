/** What all areas say: amounts, plans, days. */
import type { words as english } from '../en/words.ts';
import type { Translation } from '../message.ts';

export const words: Translation<typeof english> = {
  connects: '{count, plural, one {# Connect} other {# Connects}}',
  days: '{count, plural, one {# día} other {# días}}',
  cycles: '{count, plural, one {# ciclo} other {# ciclos}}',
  planTitle: '{plan, select, basic {Freelancer Basic} plus {Freelancer Plus} agency {Agency} other {{plan}}}',
  planPhrase:
    '{plan, select, basic {Freelancer Basic} plus {Freelancer Plus} agency {el plan Agency} other {{plan}}}',
  status: '{status, select, active {activa} suspended {suspendida} closed {cerrada} other {{status}}}',
  unknownDay: 'un día que no consta',
  moment: '{day}, {clock}',
  dayOfMonth: 'el día {day, number}',
};
