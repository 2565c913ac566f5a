/** The rules that answers point to. */
import type { rules as english } from '../en/rules.ts';
import type { Translation } from '../message.ts';

export const rules: Translation<typeof english> = {
  partFree: '{count, plural, one {# gratuito} other {# gratuitos}}',
  partPlan: '{count, number} del plan',
  monthly: 'Al inicio de cada ciclo de facturación, {plan} añade {parts}. {limit}',
  monthlyNone: 'Al inicio de cada ciclo de facturación, {plan} no añade ninguno. {limit}',
  allRollOver: 'Todos los Connects se acumulan.',
  rollOver:
    'Se acumulan hasta {cap, plural, one {# Connect} other {# Connects}}; antes vence lo que supere ese límite.',
  activeCycle:
    'Los Connects mensuales solo se añaden a una cuenta que está activa cuando empieza su ciclo de facturación.',
  program: 'El programa empieza el {day}; antes no se añade nada.',
  welcome:
    'Una cuenta nueva de freelancer recibe {count, plural, one {# Connect} other {# Connects}}, una sola vez.',
  readinessTest:
    'Quien aprueba el Readiness Test recibe {count, plural, one {# Connect} other {# Connects}}, una sola vez, mientras la cuenta esté activa.',
  noInterviews: 'Las solicitudes de entrevista ya no dan Connects.',
  interviews:
    'Responder a una solicitud de entrevista sobre una propuesta tuya da {award, plural, one {# Connect} other {# Connects}}, con un máximo de {most, number} en cualquier periodo de {days, plural, one {# día} other {# días}} de 24 horas, según el momento de tu respuesta.',
  onTwoLines:
    'De ahí, lo que costó la propuesta y aún no se ha devuelto figura como reembolso, y el resto como premio.',
  onOneLine: 'Figura en una sola línea.',
  fullWindow:
    'Las solicitudes de entrevista dan como máximo {most, plural, one {# Connect} other {# Connects}} en cualquier periodo de {days, plural, one {# día} other {# días}} de 24 horas, según el momento de tu respuesta. Una respuesta que ya no cabe en ese límite no da nada, y su propuesta ya no puede obtener un premio.',
  needsProposal:
    'Solo da Connects una solicitud de entrevista sobre una propuesta que enviaste. Una invitación sin propuesta, o una oferta directa, no da ninguno.',
  oneAward: 'Cada propuesta obtiene un solo premio por entrevista.',
  activeAward: 'Los premios por entrevista solo se dan mientras la cuenta está activa.',
  upgrade:
    'El cambio a {plus} añade de inmediato los {paid, number} Connects del plan y, de sus {free, number} gratuitos, la parte que corresponde a los días transcurridos del ciclo, redondeada hacia abajo. Ese día empieza un nuevo ciclo de facturación.',
  openingOnPlus:
    'Una cuenta que se abre con {plus} recibe de inmediato los {paid, number} Connects del plan; sus {free, number} gratuitos al mes empiezan con el siguiente ciclo de facturación.',
  activeUpgrade: 'Un cambio a un plan superior solo cuenta mientras la cuenta está activa.',
  oneUpgrade:
    'Los {paid, number} Connects de {plus} solo se añaden de inmediato cuando una cuenta cambia a ese plan. Una cuenta que ya lo tiene los recibe con cada ciclo de facturación.',
  agencyPlan:
    'Una agencia permanece en el plan Agency: Freelancer Basic y Freelancer Plus son para freelancers.',
  downgrade:
    'El cambio a Freelancer Basic entra en vigor con el siguiente ciclo de facturación; las fechas se mantienen. Hasta entonces se puede retirar, lo que no añade Connects.',
  plusOnly: 'El cambio a Freelancer Basic y un pago fallido solo afectan a una cuenta con Freelancer Plus.',
  payment:
    'Cuando falla el pago de un ciclo de facturación, el plan pasa a Freelancer Basic: con ese ciclo si es el siguiente; si no, de inmediato. Si es el ciclo actual, se retiran los Connects del plan; lo que ya se gastó queda adeudado y se descuenta de los próximos Connects de un plan. Si es un ciclo anterior, no se retira ninguno.',
  datesClamped:
    'Los ciclos de facturación empiezan un mismo día del mes, aquel desde el que se cuentan; si un mes es más corto, su último día. Solo el cambio a un plan superior mueve ese día.',
  datesFirstOfNext:
    'Los ciclos de facturación empiezan un mismo día del mes, aquel desde el que se cuentan; los días 29, 30 y 31 cuentan como el día 1 del mes siguiente. Solo el cambio a un plan superior mueve ese día.',
  spending: 'Una cuenta activa puede gastar los Connects que tiene, y no más.',
  returns:
    'Por una propuesta no se devuelve más de lo que se gastó en ella, incluidos los reembolsos de los premios por entrevista. Aparte de esos, solo la plataforma devuelve Connects, cuando informa de que el trabajo del cliente se canceló o se eliminó. Una propuesta rechazada, retirada o sin respuesta no devuelve ninguno, y no hay ningún plazo tras el cual lo haga.',
  oneProposal: 'Una propuesta se cobra una sola vez.',
  correction: 'Una corrección nunca deja un saldo por debajo de cero.',
};
