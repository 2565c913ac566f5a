/** Answers: what nothing came of yet, requests without a reply and proposals without a request; what came back of those. */
import type { silence as english } from '../en/silence.ts';
import type { Translation } from '../message.ts';

export const silence: Translation<typeof english> = {
  invited:
    'El cliente te invitó el {day} (solicitud de entrevista {id}). No había ninguna propuesta tuya, así que no había nada que premiar.',
  asked: 'El cliente te escribió por la propuesta {proposal} el {day} (solicitud de entrevista {id}).',
  notReplied: 'Todavía no has respondido, así que no se ha dado ningún premio.',
  replyKept:
    'Tu respuesta del {day} está guardada y todavía no se ha contado, así que no se ha dado ningún premio.',
  invitedOften:
    'Te invitaron {count, plural, one {# vez} other {# veces}} sin que hubiera una propuesta tuya, así que no había nada que premiar: {names}.',
  manyNotReplied:
    '{count, plural, one {# solicitud de entrevista todavía no tiene} other {# solicitudes de entrevista todavía no tienen}} respuesta tuya, así que no se ha dado ningún premio por ellas: {names}.',
  manyKept:
    'Tus respuestas a {count, plural, one {# solicitud de entrevista} other {# solicitudes de entrevista}} están guardadas y todavía no se han contado, así que no se ha dado ningún premio: {names}.',
  dated: '{id} ({day})',
  datedAbout: '{id}, por la propuesta {proposal} ({day})',
  andEarlier: '{names} y {count, plural, one {# anterior} other {# anteriores}} (se nombran con --json)',
  oneTogether: 'Las solicitudes por una misma propuesta obtienen un solo premio entre todas.',
  shareRoom:
    'Comparten lo que queda del límite ({room, number} {when, select, now {ahora} other {entonces}}): una respuesta que ya no encuentre lugar no da nada, y su propuesta ya no podrá obtener un premio.',
  noRequest:
    'No consta ninguna solicitud de entrevista de un cliente para {proposals}, así que no había nada que premiar. Una oferta directa, es decir, una contratación sin solicitud de entrevista, no se registra y no da ninguno.',
  ofOne: 'la propuesta {name}',
  ofMany: '{count, plural, one {# propuesta} other {# propuestas}}: {names}',
  moreRequests:
    'Hay {count, number} solicitudes de entrevista sin respuesta; las {listed, number} más recientes figuran arriba.',
  moreProposals:
    'Hay {count, number} propuestas sin solicitud de entrevista; las {listed, number} más recientes figuran arriba.',
  askRequest: 'Para una anterior, pregunta con --interview ID.',
  askProposal: 'Para una anterior, pregunta con --proposal ID.',
  earlierRequests:
    '{count, plural, one {# solicitud de entrevista anterior al {day} tampoco tiene} other {# solicitudes de entrevista anteriores al {day} tampoco tienen}} respuesta tuya.',
  askEarlier: 'Para {count, plural, one {verla} other {verlas}}, pregunta sin --since.',

  spentOnOne: 'Gastaste {count, plural, one {# Connect} other {# Connects}} en la propuesta {proposal}.',
  spentOnMany:
    'Gastaste {count, plural, one {# Connect} other {# Connects}} en {proposals, plural, one {esta # propuesta} other {estas # propuestas}}.',
  noneBack: 'No se devolvió ninguno: no se nos ha comunicado ninguna devolución.',
  back: '{count, plural, one {Se devolvió #} other {Se devolvieron #}}: {all}.',
  backPart: '{count, number} por {proposal} el {day}',
  moreReturns: '{count, plural, one {# devolución más} other {# devoluciones más}}',
  allBack: 'Ya no se puede devolver nada más.',
  left: '{count, plural, one {El que queda{which} solo vuelve si la plataforma lo devuelve} other {Los # que quedan{which} solo vuelven si la plataforma los devuelve}}.',
  which: ' ({ids})',
};
