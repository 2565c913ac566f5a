/** The member's own page. */
import type { member as english } from '../en/member.ts';
import type { Translation } from '../message.ts';

export const member: Translation<typeof english> = {
  title: 'Membresía y Connects',
  active: 'Activa',
  suspended: 'Suspendida',
  closed: 'Cerrada',
  connectsWord: '{count, plural, one {Connect} other {Connects}}',
  asOf: 'Datos del {moment}. Fechas y horas de {zone}.',

  noNextDate: 'Esta cuenta está cerrada: ya no empieza ningún ciclo de facturación y nada vence.',
  heldUp:
    'Tu ciclo de facturación del {day} está retenido por un error nuestro. Añadiremos lo que corresponde; no tienes que hacer nada.',
  isDue: 'Tu ciclo de facturación del {day} ya empezó. En breve se añadirá lo que corresponde.',
  whileSuspended:
    'Tu próxima fecha de facturación es el {day}. Mientras la cuenta esté suspendida, no se añade nada y nada vence.',
  expiresAndAdds:
    'El {day} {expired, plural, one {vencerá # Connect} other {vencerán # Connects}} y {added, plural, one {se añadirá # Connect} other {se añadirán # Connects}}, si nada cambia antes.',
  adds: 'El {day} {added, plural, one {se añadirá # Connect} other {se añadirán # Connects}}. No vencerá nada, si nada cambia antes.',
  addsNothing:
    'Tu próxima fecha de facturación es el {day}. No se añadirá nada ni vencerá nada, si nada cambia antes.',
  limit:
    'Hasta {cap, plural, one {# Connect pasa} other {# Connects pasan}} a un nuevo ciclo de facturación. Lo que supere ese límite el {day} vence ese día, a menos que lo gastes antes.',

  termNow: 'ahora',
  termExpire: 'vencen',
  termFree: 'gratuitos',
  termAdded: 'añadidos',
  termPlan: 'del plan',
  termOwed: 'adeudados',
  termThen: 'después',

  membership: 'Membresía',
  fromNextDate: 'A partir de la próxima fecha',
  nextDate: 'Próxima fecha de facturación',
  none: 'ninguna',
  cycleBegan: 'Este ciclo empezó',
  owed: 'Adeudados',
  owedIs:
    '{count, plural, one {# Connect, que se descuenta} other {# Connects, que se descuentan}} de los próximos Connects de un plan de pago',
  earned: 'Ganados por entrevistas',
  earnedIs:
    '{used, number} de {max, number} en {days, plural, one {el último día} other {los últimos # días}}',
  emails: 'Correos',
  emailsOn: 'activados',
  emailsOff: 'desactivados los de Connects mensuales',

  history: 'Historial de Connects',
  historyCaption: 'Historial de Connects, lo más reciente primero',
  period: 'Periodo',
  lastDays: '{count, plural, one {# día} other {# días}}',
  all: 'Todo',
  showType: 'Mostrar un solo tipo',
  type: 'Tipo',
  allTypes: 'Todos los tipos',
  show: 'Mostrar',
  what: 'Concepto',
  balance: 'Saldo',
  nothingHere: 'No hay nada aquí.',
  nothingMoved: 'No se añadió ni se descontó nada.',
  nothingOfType: 'No hay ningún movimiento de este tipo.',
  nothingMovedIn:
    'No se añadió ni se descontó nada en {days, plural, one {el último día} other {los últimos # días}}. Elige un periodo más largo.',
  nothingOfTypeIn:
    'No hay ningún movimiento de este tipo en {days, plural, one {el último día} other {los últimos # días}}. Elige un periodo más largo.',
  pages: 'Páginas',
  latest: 'Lo más reciente',
  earlier: 'Anteriores',
  newestFirst: 'Lo más reciente primero',

  linkEnded: 'Este enlace ya no es válido.',
  linkEndedMore: 'Fue válido hasta el {moment} UTC. Pide uno nuevo donde lo obtuviste.',
  linkTakenBack: 'Se ha retirado. Pide uno nuevo donde lo obtuviste.',
  tooOften: 'Demasiados intentos. Vuelve a intentarlo en un minuto.',
  notNow: 'Ahora mismo no se puede mostrar esta página. Vuelve a intentarlo en un momento.',
  noAddress: 'Esta dirección no lleva a ninguna parte.',
  noAddressMore:
    'Puede que le falte una parte: ábrela completa, tal como la recibiste. Si no funciona, pide una nueva.',
};
