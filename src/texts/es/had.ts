/** Answers: what would have been, had a fact reached us at another time. */
import type { had as english } from '../en/had.ts';
import type { Translation } from '../message.ts';

export const had: Translation<typeof english> = {
  would: 'Si {fact} nos hubiera llegado el {when}, {parts}.',
  same: 'Si {fact} nos hubiera llegado el {when}, nada sería distinto en tu cuenta.',
  plan: 'tendrías {plan} desde el {day}',
  status: 'tu cuenta estaría {status}',
  fewer:
    'tendrías {count, plural, one {# Connect menos} other {# Connects menos}} ({would, number} en lugar de {is, number})',
  more: 'tendrías {count, plural, one {# Connect más} other {# Connects más}} ({would, number} en lugar de {is, number})',
  owe: 'deberías {count, plural, one {# Connect} other {# Connects}} en lugar de {is, number}',
  noCycle: 'ya no empezaría ningún ciclo de facturación',
  next: 'tu próximo ciclo de facturación empezaría el {day}',
  nextInstead: 'tu próximo ciclo de facturación empezaría el {day} en lugar del {is}',
  noChange: 'no tendrías ningún cambio de plan por delante',
  change: 'tu plan cambiaría a {plan} el {day}',
  charges:
    '{count, plural, one {se habría rechazado # cargo} other {se habrían rechazado # cargos}} por falta de Connects',

  notComputable:
    'No se puede calcular qué habría pasado si el evento {id} hubiera llegado en otro momento: {why}.',
  changedNothing: 'no cambió nada, y no es parte de lo que contó',
  correctedSince:
    'después hubo una corrección de ciclos anteriores, que se decidió según lo que constaba entonces',
  tooManyEvents:
    'la cuenta tiene más de {most, plural, one {# evento} other {# eventos}}, el máximo que se vuelve a calcular',
  tooManyCycles:
    'la cuenta tiene más de {most, plural, one {# ciclo de facturación} other {# ciclos de facturación}}, el máximo que se vuelve a calcular',
  tooManyEntries:
    'la cuenta tiene más de {most, plural, one {# movimiento} other {# movimientos}}, el máximo que se vuelve a calcular',
  notThere: 'la cuenta no existe',
  unreadable: 'lo que se guardó del evento {event} no se puede leer',
  notOpen: 'la cuenta no estaba abierta entonces',
  otherLedger: 'su historial no es el que resulta de las reglas, a partir de la línea {line}',
  otherRow: 'sus datos no son los que resultan de las reglas',
  againstRules: 'las reglas no admiten lo que consta ({code})',

  'plan.upgraded': 'tu cambio a Freelancer Plus',
  'plan.downgraded': 'tu cambio a Freelancer Basic',
  'payment.failed': 'el pago fallido del ciclo de facturación del {day}',
  'account.suspended': 'la suspensión de tu cuenta',
  'account.reinstated': 'la reactivación de tu cuenta',
  'account.closed': 'el cierre de tu cuenta',
  'account.zone-changed': 'tu cambio de zona horaria a {zone}',
  'connects.spent': 'tu gasto de {count, plural, one {# Connect} other {# Connects}}',
  'connects.purchased': 'tu compra de {count, plural, one {# Connect} other {# Connects}}',
  'connects.returned': 'la devolución de {count, plural, one {# Connect} other {# Connects}}',
  proposal: 'tu propuesta {id}',
  'interview.requested': 'la solicitud de entrevista {id}',
  'interview.replied': 'tu respuesta a la solicitud de entrevista {id}',
  'readiness-test.passed': 'tu Readiness Test',
  'balance.adjusted': 'la corrección de {amount}',
  other: 'el evento {id} ({what})',
};
