/** The reply to a member's message: what stands around the answers, and what is said where there is nothing. */
import type { reply as english } from '../en/reply.ts';
import type { Translation } from '../message.ts';

export const reply: Translation<typeof english> = {
  greeting: 'Hola:',
  ofAccount: 'Cuenta {account}: {text}',
  rules: 'Las reglas del programa:',
  ruleSince: '{text} (Desde el {day}.)',

  around: 'el {day}, ni el día anterior ni el posterior',
  between: 'del {from} al {to}',
  since: 'desde el {day}',
  noRequests: 'No consta ninguna solicitud de entrevista para ti ni ninguna respuesta tuya {when}.',
  noProposals: 'No se cobró ninguna propuesta tuya {when}.',
  requestsElsewhere:
    'Esta cuenta no tiene solicitudes de entrevista {when}. Tu otra cuenta, {account}, sí: {ids}.',
  proposalsElsewhere: 'Esta cuenta no tiene propuestas {when}. Tu otra cuenta, {account}, sí: {ids}.',
  noWelcome: 'Aquí no constan Connects de bienvenida para esta cuenta.',
  noTest: 'No se nos ha comunicado que aprobaras el Readiness Test: aquí no consta nada de ello.',
  oneAccount: 'Con tu dirección hay una sola cuenta aquí.',
  accounts: 'Con tu dirección hay {count, plural, one {# cuenta} other {# cuentas}} aquí. {all}',
  account: '{account}: {plan}, {status}, aquí desde el {day}.',
};
