/** Answers: what replies to interview requests earned, or why they earned nothing. */
import type { interviews as english } from '../en/interviews.ts';
import type { Translation } from '../message.ts';

export const interviews: Translation<typeof english> = {
  noRequest: 'en ese momento no existía la solicitud de entrevista {id}, así que no había nada que premiar',
  noRequestLate:
    'cuando se decidió no existía la solicitud de entrevista {id}, así que no había nada que premiar',
  invite: 'el cliente te invitó y no había ninguna propuesta tuya, así que no había nada que premiar',
  unknownProposal: 'la propuesta {proposal} no es de esta cuenta',
  inactive: 'tu cuenta estaba {status} en ese momento',
  inactiveLate: 'tu cuenta estaba {status} cuando se decidió',
  awardedBySame:
    'la propuesta {proposal} ya había obtenido su premio, con una respuesta anterior a la misma solicitud',
  awardedByOther:
    'la propuesta {proposal} ya había obtenido su premio, con la solicitud de entrevista {interview}',
  beforeProgram: 'el programa empezó más tarde, el {day}',
  ended: 'según las condiciones del {day}, las solicitudes de entrevista ya no dan Connects',
  decidedSo: 'se decidió así',
  closedBy:
    'la solicitud de entrevista {interview} sobre la misma propuesta, {proposal}, encontró antes el límite semanal lleno, y eso cerró la propuesta a los premios',
  window:
    'en {days, plural, one {# día} other {los # días}}{upTo} ya habías recibido {held, number} de un máximo de {most, number} Connects por entrevistas',
  windowLate:
    'está dentro de {days, plural, one {# día} other {los # días}}{upTo}, para los que ya habías recibido {held, number} de un máximo de {most, number} Connects por entrevistas cuando se decidió, también por respuestas posteriores que nos habían llegado antes',
  upTo: ' hasta el {moment}',
  refused: 'Tu respuesta del {day} a la solicitud de entrevista {id} no dio Connects: {reason}.',
  earned:
    'Tu respuesta del {day} a la solicitud de entrevista {id} te dio {count, plural, one {# Connect} other {# Connects}}.',
  earnedPart:
    'Tu respuesta del {day} a la solicitud de entrevista {id} te dio {count, plural, one {# Connect} other {# Connects}}: {reason}, así que eso era lo que quedaba.',
  earnedPartOf:
    'Tu respuesta del {day} a la solicitud de entrevista {id} te dio {count, plural, one {# Connect} other {# Connects}} en lugar de {whole, number}: {reason}, así que eso era lo que quedaba.',
  allRefund:
    'Todo ello es un reembolso: se devolvió esa parte de lo que costó la propuesta {proposal}, y no se añadió nada más.',
  twoLines:
    'Tu historial muestra este mismo premio en dos líneas: {refund, plural, one {# devuelto} other {# devueltos}} por la propuesta {proposal} y {rest, number} adicionales.',
  addedAsOf:
    'así que los Connects se añadieron con efecto el {day}, y cuentan para el límite semanal según el momento de tu respuesta',
  countsByReply: 'y cuenta para el límite semanal según el momento de tu respuesta',

  thisNoMore: 'Esta propuesta ya no puede obtener un premio.',
  anotherCan: 'Una solicitud de entrevista sobre otra propuesta sí puede.',
  roomNow:
    'Para otra propuesta hay lugar a partir del {moment}, cuando el más antiguo de estos premios cumple {days, plural, one {# día} other {# días}}.',
  roomSince:
    'Para otra propuesta hubo lugar a partir del {moment}, cuando el más antiguo de estos premios cumplió {days, plural, one {# día} other {# días}}.',
  sendProposal:
    'Envía una propuesta: una solicitud de entrevista sobre ella puede dar un premio cuando la respondas.',
  restNotLater: 'Esta propuesta ya obtuvo su premio; el resto no se añade después.',
  replyOnceRequested:
    'Si finalmente se registra la solicitud, respóndela de nuevo: entonces se decide otra vez.',
  onceProposed: 'Cuando se registre la propuesta, una respuesta a la misma solicitud se decide otra vez.',
  whileActive:
    'Una respuesta a la misma solicitud se decide otra vez mientras tu cuenta esté activa; ahora está {status}.',
  anotherEarns: 'Una solicitud de entrevista sobre otra propuesta puede obtener su propio premio.',
  noneAhead: 'Según las condiciones conocidas hoy, las solicitudes de entrevista ya no dan Connects.',
  onlyWhileActive: '{promise} Eso solo vale mientras tu cuenta esté activa; ahora está {status}.',
};
