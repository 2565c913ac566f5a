/** Answers: what came and went since a day, and how much of the interview limit was used. */
import type { sums as english } from '../en/sums.ts';
import type { Translation } from '../message.ts';

export const sums: Translation<typeof english> = {
  nothing: 'Desde el {day} no se añadió ni se descontó ningún Connect.',
  added:
    'Desde el {day} {count, plural, =0 {no se añadió ningún Connect} one {se añadió # Connect} other {se añadieron # Connects}}{parts}.',
  takenOff:
    '{count, plural, =0 {No se descontó ninguno} one {Se descontó # Connect} other {Se descontaron # Connects}}{parts}.',
  parts: ': {all}',

  monthly: '{count, plural, one {# mensual} other {# mensuales}}',
  welcome: '{count, number} de bienvenida',
  readinessTest: '{count, number} por el Readiness Test',
  interviews: '{count, number} por entrevistas',
  interviewsBack: '{count, number} por entrevistas (todo ello devuelto por propuestas)',
  interviewsPartBack: '{count, number} por entrevistas ({back, number} de ellos devueltos por propuestas)',
  plusStart: '{count, number} al empezar Freelancer Plus',
  bought: '{count, plural, one {# comprado} other {# comprados}}',
  returned: '{count, plural, one {# devuelto} other {# devueltos}}',
  givenBack: '{count, plural, one {# restituido} other {# restituidos}} por una corrección',
  correction: '{count, number} por una corrección',
  expired: '{count, plural, one {# vencido} other {# vencidos}}',
  owed: '{count, plural, one {# que debías} other {# que debías}}',
  spent: '{count, plural, one {# gastado} other {# gastados}}',
  proposals: '{count, number} por propuestas',
  payment: '{count, plural, one {# retirado} other {# retirados}} por un pago fallido',
  takenBack: '{count, plural, one {# retirado} other {# retirados}} por una corrección',

  repliesSince:
    'Por tus respuestas desde el {day}, {requests, plural, one {# solicitud de entrevista te dio} other {# solicitudes de entrevista te dieron}} {count, plural, one {# Connect} other {# Connects}}.',
  repliesOfLast:
    'Por tus respuestas en {days, plural, one {el último # día} other {los últimos # días}}, {requests, plural, one {# solicitud de entrevista te dio} other {# solicitudes de entrevista te dieron}} {count, plural, one {# Connect} other {# Connects}}.',
  fullest:
    'El periodo de {days, plural, one {# día} other {# días}} con más premios, hasta el {moment}, sumó {held, number} de un máximo de {most, number}.',
  longer: 'En un periodo de más de {days, plural, one {# día} other {# días}} puede haber más.',
  late: '{count, plural, one {# Connect de lo añadido desde entonces fue por una respuesta que nos llegó tarde; el límite lo cuenta} other {# Connects de lo añadido desde entonces fueron por respuestas que nos llegaron tarde; el límite los cuenta}} según el momento de tu respuesta.',
  outside: 'Los demás Connects, como los mensuales, no cuentan para este límite.',

  latestOnly:
    'Desde el {day} se decidieron {count, number} cosas sobre tu cuenta. A continuación figuran las {told, number} más recientes.',
  askOthers:
    'Las demás se explican si preguntas por ellas: por su ciclo de facturación, su solicitud de entrevista o su propuesta.',
  nothingSince: 'Nada de esto ocurrió desde el {day}.',
  askBefore: 'Para lo anterior, pregunta sin --since.',
};
