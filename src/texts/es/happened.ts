/** Answers: what an event reported, and what became of it. */
import type { happened as english } from '../en/happened.ts';
import type { Translation } from '../message.ts';

export const happened: Translation<typeof english> = {
  reported: 'El evento {id}, del {moment}, comunicó que {what}.',
  applied: 'Se contó.',
  refused: 'No cambió nada.',
  waiting: 'Está a la espera de contarse; no se pierde nada.',
  onceCurrent: 'Se cuenta en cuanto tu cuenta se pueda poner al día.',

  'account.opened': 'tu cuenta se abrió con {plan}',
  'readiness-test.passed': 'aprobaste el Readiness Test',
  'plan.upgraded': 'cambiaste a Freelancer Plus',
  'plan.downgraded': 'pediste el cambio a Freelancer Basic',
  'payment.failed': 'había fallado el pago del ciclo de facturación del {day}',
  'account.suspended': 'tu cuenta se suspendió',
  'account.reinstated': 'tu cuenta se reactivó',
  'account.closed': 'tu cuenta se cerró',
  'account.zone-changed': 'tu zona horaria pasó a ser {zone}',
  'account.contact-changed': 'tu dirección cambió',
  'account.locale-changed': 'tu idioma pasó a ser {language}',
  'notices.opted-out': 'desactivaste los correos sobre los Connects mensuales',
  'notices.opted-in': 'activaste los correos sobre los Connects mensuales',
  'connects.spent': 'gastaste {count, plural, one {# Connect} other {# Connects}}',
  'connects.purchased': 'compraste {count, plural, one {# Connect} other {# Connects}}',
  'proposal.submitted':
    'enviaste la propuesta {proposal} por {count, plural, one {# Connect} other {# Connects}}',
  'proposal.carried':
    'la propuesta {proposal}, de {count, plural, one {# Connect} other {# Connects}}, estaba abierta',
  'connects.returned': '{count, plural, one {se devolvió # Connect} other {se devolvieron # Connects}}',
  returnedOf:
    '{count, plural, one {se devolvió # Connect} other {se devolvieron # Connects}} de la propuesta {proposal}',
  'interview.requested': 'un cliente te pidió una entrevista (solicitud {interview})',
  'interview.replied': 'respondiste a la solicitud de entrevista {interview}',
  'balance.adjusted': 'tu saldo se corrigió en {amount} ({reason})',
  something: 'ocurrió algo ({type})',
};
