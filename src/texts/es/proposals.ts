/** Answers: what a proposal cost, and what came back of it. */
import type { proposals as english } from '../en/proposals.ts';
import type { Translation } from '../message.ts';

export const proposals: Translation<typeof english> = {
  cost: 'La propuesta {id} costó {count, plural, one {# Connect} other {# Connects}} el {day}.',
  hadCost:
    'La propuesta {id} había costado {count, plural, one {# Connect} other {# Connects}} antes de que esta cuenta pasara a llevarse aquí.',
  noneBack: 'No se devolvió ninguno: no se nos ha comunicado ninguna devolución por ella.',
  back: '{count, plural, one {Se devolvió # Connect} other {Se devolvieron # Connects}}: {all}.',
  partReturned: '{count, plural, one {# devuelto} other {# devueltos}} el {day}',
  partAwarded: '{count, number} con el premio por entrevista el {day}',
  earlierParts: '{count, plural, one {# parte anterior} other {# partes anteriores}}',
  allBack: 'Es todo lo que se gastó en ella, así que no se devuelve nada más.',
  rest: '{count, plural, one {El # Connect restante no se devolvió} other {Los otros # Connects no se devolvieron}}: no se nos ha comunicado ninguna otra devolución.',
  noMore: 'Ya no se puede devolver nada más por ella.',
  canCome:
    '{count, plural, one {Todavía se puede devolver # Connect} other {Todavía se pueden devolver hasta # Connects}}, si se nos comunica una devolución por ella.',
  canComeWithAward:
    '{count, plural, one {Todavía se puede devolver # Connect} other {Todavía se pueden devolver hasta # Connects}}, si se nos comunica una devolución por ella o como reembolso en un premio por entrevista.',
  whenReturned:
    'La plataforma comunica una devolución cuando el trabajo del cliente se canceló o se eliminó; una propuesta rechazada, retirada o sin respuesta no devuelve ninguno, y no hay ningún plazo tras el cual lo haga.',
  unknown:
    'La propuesta {id} no es de esta cuenta: aquí no se cobraron Connects por ella, así que no se devuelve ninguno.',
  moreRequests:
    'Hay {least, select, yes {al menos {count, plural, one {# solicitud de entrevista} other {# solicitudes de entrevista}}} other {{count, plural, one {# solicitud de entrevista} other {# solicitudes de entrevista}}}} sobre la propuesta {id}; las primeras {told, number} figuran arriba.',
  askLater: 'Para una posterior, pregunta con --interview ID.',
};
