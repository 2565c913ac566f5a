/** Answers: what an id stands for, on this account or on another one. */
import type { ids as english } from '../en/ids.ts';
import type { Translation } from '../message.ts';

export const ids: Translation<typeof english> = {
  misnamed: 'En esta cuenta, {id} no es {asked}: es {is}, y así se explica.',
  proposal: 'una propuesta',
  interview: 'una solicitud de entrevista',
  event: 'un evento',
  cycle: 'una fecha',
  entry: 'una línea del historial',
  run: 'un proceso nuestro',
  notice: 'un correo',
  nothing:
    'No consta nada con el identificador {id}: no es una propuesta, ni una solicitud de entrevista, ni un evento de ninguna cuenta.',
  noRequest:
    'En esta cuenta no hubo ninguna solicitud de entrevista {id} ni ninguna respuesta a ella, así que no había nada que premiar. Una oferta directa llega sin solicitud de entrevista.',
  requestsCan:
    'Una solicitud de entrevista sobre una propuesta que enviaste puede dar un premio cuando la respondas.',

  proposalElsewhere:
    'La propuesta {id} se envió desde {where}, no desde esta: sus Connects se cobraron allí, y allí va lo que dé o lo que se devuelva de ella.',
  interviewElsewhere: 'La solicitud de entrevista {id} se hizo a {where}, no a esta.',
  eventElsewhere: 'El evento {id} se comunicó de {where}, no de esta.',
  noticeElsewhere: 'El correo {id} se escribió a {where}, no a esta.',
  someAccount: 'otra cuenta',
  oneAccount: 'otra cuenta, {account}',
  otherAccounts: 'otras cuentas, {accounts}',
  moreAccounts: '{count, number} más',

  line: 'Línea {line} de tu historial, del {day}: {action}, {amount}; tu saldo era entonces de {balance, number}.',

  wasRun:
    'El proceso {id} fue {kind, select, sweep {una pasada por todas las cuentas pendientes} rerun {una segunda pasada por cuentas que habían tenido errores} backfill {una adición de ciclos de facturación que faltaban} other {una corrección de una pasada anterior}}, el {moment}.',
  concerned: 'Afectó {count, plural, one {a tu ciclo} other {a tus ciclos}} de facturación del {dates}.',
  earlierAnd: '{dates} y {count, plural, one {# anterior} other {# anteriores}}',
  failed: 'No pudo poner al día tu cuenta, por un error nuestro ({code}).',
  failedAtFirst: 'Al principio no pudo poner al día tu cuenta, por un error nuestro ({code}).',
  untouched: 'No cambió nada en tu cuenta.',

  emailSent: 'El correo {id} trata de {about}; se redactó el {moment}.',
  emailNotSent: 'El correo {id} trata de {about}; se redactó el {moment} y todavía no se ha enviado.',
  'about-grant': 'tus Connects mensuales',
  'about-welcome': 'tus Connects de bienvenida',
  'about-readiness-test': 'el Readiness Test',
  'about-interview-award': 'un premio por entrevista',
  'about-upgrade': 'tu cambio a un plan superior',
  'about-payment-failed': 'un pago fallido',
  'about-backfill': 'Connects que faltaban',
  'about-reversal': 'una corrección',
  'about-reminder': 'Connects a punto de vencer',
};
