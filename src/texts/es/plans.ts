/** Answers: upgrades, changes to Basic, and payments. */
import type { plans as english } from '../en/plans.ts';
import type { Translation } from '../message.ts';

export const plans: Translation<typeof english> = {
  openedOn:
    'Tu cuenta se abrió con {plus} el {day}: {paid, plural, one {se añadió # Connect} other {se añadieron # Connects}} del plan de inmediato.',
  takenBack:
    '{count, plural, one {Se descontó # Connect} other {Se descontaron # Connects}} de inmediato, porque los debías.',
  freeFromNext: 'Los {count, number} gratuitos al mes empiezan con tu próximo ciclo de facturación.',
  upgraded:
    'Cambiaste a {plus} el {day}: {added, plural, one {se añadió # Connect} other {se añadieron # Connects}} en lugar de {whole, number}. Son {paid, number} del plan y {free, number} de sus {plansFree, number} gratuitos, porque habían transcurrido {elapsed, number} de {length, plural, one {# día} other {los # días}} del ciclo de facturación que terminó ({plansFree, number} × {elapsed, number} ÷ {length, number}, redondeado hacia abajo).',
  upgradedLate:
    'Cambiaste a {plus} el {day}: {added, plural, one {se añadió # Connect} other {se añadieron # Connects}} en lugar de {whole, number}. Son {paid, number} del plan y {free, number} de sus {plansFree, number} gratuitos, porque hasta el {by} habían transcurrido {elapsed, number} de {length, plural, one {# día} other {los # días}} del ciclo de facturación que terminó ({plansFree, number} × {elapsed, number} ÷ {length, number}, redondeado hacia abajo).',
  allFrom: 'A partir del ciclo de facturación del {day} se añaden cada vez los {count, number}.',
  openedBefore:
    'Tu cuenta se abrió con {plus} el {day}. No se añadieron Connects, porque el programa empezó más tarde, el {from}.',
  upgradedBefore:
    'Cambiaste a {plus} el {day}. No se añadieron Connects, porque el programa empezó más tarde, el {from}.',
  nextFails:
    'El pago del ciclo de facturación del {on} falló antes de que empezara: tu plan pasa a {basic} con él.',
  nextFailed:
    'El pago del ciclo de facturación del {on} falló antes de que empezara: tu plan iba a pasar a {basic} con él.',
  earlierFailed:
    'Falló el pago de un ciclo de facturación anterior, el del {on}: tu plan pasó a {basic} el {day}. No se retiraron Connects.',
  failed: 'Falló el pago del ciclo de facturación del {on}: tu plan pasó a {basic} el {day}. {taken}.',
  noneTaken: 'No se había añadido ningún Connect del plan, así que no se retiró ninguno',
  taken:
    '{count, plural, one {Se retiró # Connect} other {Se retiraron # Connects}} de los {paid, number} del plan',
  takenAndOwed:
    '{taken}; {count, plural, one {# Connect ya estaba gastado, y lo debes} other {# Connects ya estaban gastados, y los debes}}',
  takenAndWasOwed:
    '{taken}; {count, plural, one {# Connect ya estaba gastado, y lo debías} other {# Connects ya estaban gastados, y los debías}}',
  askedToChange: 'El {day} pediste el cambio a {basic}.',
  closedByThen:
    'Para entonces tu cuenta estaba cerrada: ya no empieza ningún ciclo de facturación con el que pueda cambiar el plan.',
  keepsUntil: 'Conservas {plus} hasta el ciclo de facturación del {day}, y entonces cambias.',
  wasToCount: 'Debía contar a partir del ciclo de facturación del {day}, con {plus} hasta entonces.',
  nothingOwed: 'No se debe nada.',
  nothingOwedAnyMore: 'Ya no se debe nada.',
  owedComesOff:
    '{count, plural, one {El # Connect que debes se descuenta} other {Los # Connects que debes se descuentan}} de los próximos Connects de un plan de pago. Tus gratuitos mensuales se mantienen íntegros.',
  changedNothing: 'Tu cambio de plan del {day} no cambió nada: {reason}.',
  withdrawn:
    'El {day} se retiró tu cambio a {withdrawn}: seguiste con {plan}. Por eso no se añadieron Connects.',
  alreadyOn: 'ya tenías {plan}{when}, así que no se añadieron Connects',
  notOn: 'tenías {plan}, no {plus}{when}',
  paymentNotOn: 'El pago fallido comunicado el {day} no cambió nada: tenías {plan}, no {plus}{when}.',
  notForAgencies: 'las agencias no pueden cambiar a un plan de freelancer',
  wasStatus: 'tu cuenta estaba {status}{when}',
  changes: 'Tu plan cambia de {from} a {to} el {day}{remark}.',
  becausePayment: ', porque falló un pago el {day}',
  becauseAsked: ', porque lo pediste el {day}',
  thenBrings:
    'Entonces {expiry}, y {count, plural, one {se añadiría # Connect} other {se añadirían # Connects}}.',
  changeHasBegun:
    'Ese ciclo de facturación ya empezó: el cambio cuenta a partir de él, y ya no se puede retirar.',
  keepsPlan:
    'Hasta entonces conservas {plan}; si vuelves al plan superior antes de ese día, se retira el cambio.',
  keepsPlanIfActive:
    'Hasta entonces conservas {plan}; si vuelves al plan superior antes de ese día, se retira el cambio, siempre que tu cuenta esté activa entonces; ahora está {status}.',
  whenDecided: ' cuando se decidió',
  upgradeWhileActive:
    'Un cambio a un plan superior cuenta mientras tu cuenta esté activa; ahora está {status}.',
  noSuchCycle:
    'El pago fallido comunicado el {day}, para el {on}, no cambió nada: ningún ciclo de facturación tuyo empieza en esa fecha. El de ese momento empezó el {began}, y el siguiente era el del {next}.',
  noSuchCycleAtEnd:
    'El pago fallido comunicado el {day}, para el {on}, no cambió nada: ningún ciclo de facturación tuyo empieza en esa fecha. El de ese momento empezó el {began}, y no hubo ninguno después.',
};
