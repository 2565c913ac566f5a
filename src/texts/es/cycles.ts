/** Answers: what a billing cycle gave, and why. */
import type { cycles as english } from '../en/cycles.ts';
import type { Translation } from '../message.ts';

export const cycles: Translation<typeof english> = {
  addedFree:
    '{count, plural, one {Se añadió # Connect gratuito} other {Se añadieron # Connects gratuitos}} por el ciclo de facturación del {day}.',
  added:
    '{count, plural, one {Se añadió # Connect} other {Se añadieron # Connects}} por el ciclo de facturación del {day}: {parts}.',
  onTwoLines: 'Tu historial muestra esta misma suma en dos líneas.',
  noMonthly:
    'No se añadieron Connects por el ciclo de facturación del {day}: {plan} no tiene Connects mensuales.',
  beforeProgram:
    'No se añadieron Connects por el ciclo de facturación del {day}: el programa empezó más tarde, el {from}.',
  suspended:
    'No se añadieron Connects por el ciclo de facturación del {day}: tu cuenta estaba suspendida cuando empezó.',
  missedStays: 'Lo que se perdió con la cuenta suspendida no se añade después por sí solo.',
  expired:
    'Antes {expired, plural, one {venció # Connect} other {vencieron # Connects}}: tenías {opening, number}, y se acumulan {cap, number}.',
  boughtCount: 'Los Connects comprados también cuentan para esos {cap, number}.',
  takenBack:
    '{count, plural, one {Se descontó # Connect} other {Se descontaron # Connects}} de inmediato, porque los debías desde que falló un pago.',
  stayed: 'Tu saldo siguió en {balance, number}.',
  went: 'Tu saldo pasó de {opening, number} a {closing, number}.',
  nothingExpired: 'Tampoco venció nada.',
  keptWhole:
    'Tampoco venció nada: {count, plural, one {tu # Connect se mantuvo íntegro} other {tus # Connects se mantuvieron íntegros}}.',
  addedLater: 'Se añadieron más tarde, con una corrección del {day}.',
  correctionAdded:
    'Una corrección del {day} añadió {count, plural, one {# Connect} other {# Connects}} por él.',
  correctionTook: 'Una corrección del {day} retiró lo que se había añadido por él.',
  grantedLater:
    'Por el ciclo de facturación del {day} {count, plural, one {se añadió # Connect} other {se añadieron # Connects}} más tarde, con una corrección del {on}.',
  spentBefore:
    '{count, plural, one {Se descontó # Connect} other {Se descontaron # Connects}} de nuevo de inmediato, porque se habían gastado antes de que se pudieran retirar.',
  together:
    '{count, plural, one {Se procesó # ciclo de facturación tuyo} other {Se procesaron juntos # ciclos de facturación tuyos}}, el {moment}: {dates}. {each}',
  andMore: '{dates} y {count, number} más',
  noneGave: 'Ninguno de ellos añadió Connects.',
  eachGave: 'Los Connects de cada uno se añadieron una sola vez.',
  someGave:
    '{gave, number} de ellos añadieron Connects, cada uno una sola vez; {others, plural, one {el otro no añadió} other {los otros no añadieron}} ninguno.',
  firstNotBegun:
    'Ningún ciclo de facturación tuyo empieza el {day}. Tus Connects se cuentan aquí desde el {since}, y el primer ciclo de facturación posterior no había empezado.',
  notHereThen:
    'No consta ningún ciclo de facturación del {day}: tus Connects se cuentan aquí desde el {since}. Entonces tenías {count, plural, one {# Connect} other {# Connects}}.',
  none: 'Ningún ciclo de facturación tuyo empieza el {day}. Ese día está dentro del que empezó el {start}.',
  noneByCalendar:
    'Ningún ciclo de facturación tuyo empieza el {day}. Según tus fechas actuales, ese día está dentro del que empieza el {start}.',
  noneAfterClosing: 'Ningún ciclo de facturación empieza el {day}: tu cuenta está cerrada.',
  ifNothingChanges: 'Si nada cambia hasta entonces, {adding}; antes de eso, {expiry}.',
  allWillRollOver: 'no vencería ninguno, porque todos se acumulan',
  aboveWillExpire:
    'vencería lo que tengas entonces por encima de {cap, number}, porque se acumulan hasta {cap, number}',

  reversed:
    'Lo que se añadió por el ciclo de facturación del {day} se retiró el {on}, porque había sido un error: {count, plural, one {# Connect} other {# Connects}}{gave}.',
  expiredCame:
    '; {count, plural, one {el # Connect que había vencido se restituyó} other {los # Connects que habían vencido se restituyeron}}',
  gaveInAll: 'En total, {count, plural, one {se restituyó # Connect} other {se restituyeron # Connects}}.',
  shortBySpending:
    'De ellos, {count, plural, one {# Connect ya estaba gastado y no se pudo retirar} other {# Connects ya estaban gastados y no se pudieron retirar}}.',
  goneBefore:
    'De ellos, {count, plural, one {# Connect ya se había descontado o había vencido antes, y no se retiró} other {# Connects ya se habían descontado o habían vencido antes, y no se retiraron}} otra vez.',
  takenFromAgain: 'Se descuentan de lo que este ciclo recibe en su lugar.',
};
