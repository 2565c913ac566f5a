/** Answers: how an account stands, what comes next, and what reached us late. */
import type { standing as english } from '../en/standing.ts';
import type { Translation } from '../message.ts';

export const standing: Translation<typeof english> = {
  current: 'Tienes {plan} y {count, plural, one {# Connect} other {# Connects}}.',
  isStatus: 'Tu cuenta está {status}.',
  noMoreCycles: 'Ya no empieza ningún ciclo de facturación.',
  closed: 'Tu cuenta está cerrada: ya no empieza ningún ciclo de facturación.',
  closedAwards: 'Tu cuenta está cerrada: ya no obtiene premios.',
  whileStatus: 'Tu cuenta está {status}: mientras lo esté, no se añaden Connects.',
  onPlanNow: 'Ahora tienes {plan}.',
  onPlanUntil: 'Tienes {plan} hasta el {day}, y {pending} a partir de entonces.',
  nextBegins: 'Tu próximo ciclo de facturación empieza el {day}.',
  hasBegun: 'Tu ciclo de facturación del {day} ya empezó, y lo que trae todavía está por añadirse.',
  comesByPass: 'Se añade con la próxima pasada por todas las cuentas; no se pierde nada por esperar.',
  comesByRetry: 'Un error nuestro lo retuvo; en breve se vuelve a intentar, y no se pierde nada.',
  comesOnceMended:
    'No se añade por sí solo: un error nuestro apartó tu cuenta el {day}. Cuando se corrija, tu cuenta se procesa de nuevo y se añade todo lo pendiente; no se pierde nada.',
  owed: 'Debes {count, plural, one {# Connect: un pago falló después de que lo gastaras} other {# Connects: un pago falló después de que los gastaras}}.',
  owedComesOff:
    'Se descuentan de los próximos Connects de un plan de pago. Tus Connects mensuales gratuitos se mantienen íntegros.',
  notSettled:
    'Tu cuenta no se pudo poner al día el {moment}, por un error nuestro ({code}), tras {attempts, plural, one {# intento} other {# intentos}}.',
  notTriedAgain:
    'No se vuelve a intentar por sí solo: primero hay que corregir el error y después se procesa de nuevo tu cuenta. Entonces se añade todo lo pendiente; no se pierde nada.',
  triedAgain: 'En breve se vuelve a intentar.',
  waits:
    '{count, plural, one {# evento tuyo, del {day}, está guardado y todavía no se ha contado} other {# eventos tuyos están guardados y todavía no se han contado, el más antiguo del {day}}}: antes hay que poner la cuenta al día.',
  waitAmong: 'Entre ellos: {all}.',
  waitingRequests: '{count, plural, one {# solicitud de entrevista} other {# solicitudes de entrevista}}',
  waitingReplies: '{count, plural, one {# respuesta} other {# respuestas}}',
  waitingProposals: '{count, plural, one {# propuesta} other {# propuestas}}',
  waitFirst: '{count, plural, one {Solo se muestra el primero (#)} other {Se muestran los # primeros}}.',
  waitUntil:
    'Primero hay que corregir el error nuestro que detiene al primero de ellos; después los cuenta, en su orden, el próximo evento de la cuenta, un nuevo intento o la pasada de su próximo ciclo. Hasta entonces esperan, sin plazo.',
  waitUntilCode:
    'Primero hay que corregir el error nuestro que detiene al primero de ellos ({code}); después los cuenta, en su orden, el próximo evento de la cuenta, un nuevo intento o la pasada de su próximo ciclo. Hasta entonces esperan, sin plazo.',

  cycleBegins: 'Tu ciclo de facturación empieza el {day}.',
  boughtCount: 'Los Connects comprados también cuentan para esos {cap, number}.',
  beginsAt: 'Empieza el {moment}, según la hora de {zone}; el siguiente, el {day}.',
  untilMended: 'Un error nuestro apartó tu cuenta: no se añade nada hasta que se corrija.',
  suspendedBrings:
    'Tu cuenta está suspendida: mientras lo esté, no se añadiría ningún Connect ni vencería ninguno.',
  beforeProgramBrings: 'Empieza antes que el programa: no se añadiría ningún Connect ni vencería ninguno.',
  wouldBring: 'Si nada cambia hasta entonces, {expiry}, y {adding}. Tendrías entonces {closing, number}.',
  dueBrings: 'En ese ciclo {expiry}, y {adding}. Tendrías entonces {closing, number}.',
  addsNone: 'no se añadiría ninguno, porque {plan} no tiene Connects mensuales',
  addsFree: '{count, plural, one {se añadiría # Connect gratuito} other {se añadirían # Connects gratuitos}}',
  addsParts: '{count, plural, one {se añadiría # Connect} other {se añadirían # Connects}} ({parts})',
  partOf: '{count, number} de {plan}',
  takenBack: '{adding}, de los que se descontarían {count, number} que debes',
  hasNone: 'no vencería ningún Connect, porque no tendrías ninguno',
  allRollOver:
    '{opening, plural, one {no vencería tu único # Connect} other {no vencería ninguno de tus # Connects}}, porque todos se acumulan',
  someExpire:
    '{expired, plural, one {vencería #} other {vencerían #}} de tus {opening, plural, one {# Connect} other {# Connects}}, porque se acumulan {cap, number}',
  noneExpire:
    '{opening, plural, one {no vencería tu único # Connect} other {no vencería ninguno de tus # Connects}}, porque se acumulan hasta {cap, number}',
  ifDowngraded: 'Si cambiaras a {basic}, conservarías {plus} hasta el {day}.',
  thenInstead:
    'Entonces {expiry}, y {count, plural, one {se añadiría # Connect} other {se añadirían # Connects}} en lugar de {instead, number}. Tendrías entonces {closing, number}.',
  canBeWithdrawn:
    'Hasta entonces se puede retirar ese cambio volviendo al plan superior; eso no añade Connects.',
  dateSet:
    'Tus ciclos de facturación empiezan {dayOfMonth} del mes, contado desde el {day}. Esa fecha no ha cambiado.',
  dateMoved:
    'Tus ciclos de facturación empiezan {dayOfMonth} del mes desde el {day}, {since}: con el cambio a un plan superior empieza un nuevo ciclo de facturación. Antes empezaban {before}.',
  asOfUpgrade: 'fecha en la que cuenta tu cambio a {plus}',
  whenUpgraded: 'cuando cambiaste a {plus}',
  zoneMoved:
    'Tu zona horaria cambió de {before} a {after} el {day}. Tus fechas de facturación se mantuvieron; desde entonces empiezan con el día de {after}.',
  onLastDay: 'En un mes más corto empiezan su último día.',
  onFirstAfter: 'El día {day, number} cuenta como el día 1 del mes siguiente.',

  reason: 'El motivo indicado: {reason}.',
  lateFact: 'Ocurrió el {day}; {reached}, {counts}.',
  reached: 'nos llegó el {day}, después de que {after}',
  reachedEarly: 'nos llegó el {day} y solo se pudo contar el {posted}, después de que {after}',
  decidedAsOf: 'así que se decidió con efecto el {day}',
  afterCycle: 'empezara tu ciclo de facturación del {day}',
  afterEvent: 'se contara {event} del {day}',
  afterTakeOver: 'empezáramos a contar aquí tus Connects, el {day}',
  afterUnknown: 'se contara algo posterior',
  tooLateDecided: 'No contó lo que había ocurrido antes y nos llegó cuando ya estaba decidido: {all}.',
  tooLateBegun: 'No contó lo que había ocurrido antes y nos llegó cuando ya había empezado: {all}.',
  tooLateOne: '{event} del {day} (nos llegó el {reached})',
  otherFacts: '{count, plural, one {# hecho más} other {# hechos más}}',

  'account.opened': 'la apertura de tu cuenta',
  'readiness-test.passed': 'un Readiness Test',
  'plan.upgraded': 'un cambio a un plan superior',
  'plan.downgraded': 'un cambio a Freelancer Basic',
  'payment.failed': 'un pago fallido',
  'account.suspended': 'una suspensión',
  'account.reinstated': 'una reactivación',
  'account.closed': 'el cierre de tu cuenta',
  'account.zone-changed': 'un cambio de zona horaria',
  'account.contact-changed': 'un cambio de dirección',
  'account.locale-changed': 'un cambio de idioma',
  'notices.opted-out': 'un cambio en tus preferencias de correo',
  'notices.opted-in': 'un cambio en tus preferencias de correo',
  'connects.spent': 'un cargo',
  'connects.purchased': 'una compra',
  'proposal.submitted': 'una propuesta',
  'proposal.carried': 'una propuesta',
  'connects.returned': 'una devolución',
  'interview.requested': 'una solicitud de entrevista',
  'interview.replied': 'una respuesta a una solicitud de entrevista',
  'balance.adjusted': 'una corrección',
};
