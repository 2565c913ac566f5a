/** Emails. */
import type { letters as english } from '../en/letters.ts';
import type { Translation } from '../message.ts';

export const letters: Translation<typeof english> = {
  wordmark: 'Connects',
  button: 'Ver tus Connects',
  rules: 'Cómo se llegó a esto',
  byCycle: 'Ciclo por ciclo',
  becauseChanged: 'Recibes este correo porque algo cambió en los Connects de tu cuenta.',
  becauseExpiring: 'Recibes este correo porque pronto vencerán Connects de tu cuenta.',
  about: 'Se refiere a la cuenta {account}. Las fechas son las de su zona horaria, {zone}.',
  linkLasts:
    'Hasta el {until}, quien tenga este correo puede abrir tu página con el enlace que contiene: no lo compartas.',
  contact: '¿Tienes preguntas? Escríbenos:',
  preferences: 'Elige qué correos recibes',

  heroAdded: '{count, plural, one {Connect añadido} other {Connects añadidos}}',
  heroToBegin: '{count, plural, one {Connect para empezar} other {Connects para empezar}}',
  heroExpired: '{count, plural, one {Connect vencido} other {Connects vencidos}}',
  heroOwed: '{count, plural, one {Connect pendiente} other {Connects pendientes}}',
  heroSettled:
    '{count, plural, one {Connect se destinó a lo que debías} other {Connects se destinaron a lo que debías}}',
  heroTakenBack: '{count, plural, one {Connect retirado} other {Connects retirados}}',
  heroGivenBack: '{count, plural, one {Connect devuelto} other {Connects devueltos}}',
  heroAfterCycles:
    '{count, plural, one {Connect} other {Connects}} después de {cycles, number} ciclos de facturación',
  heroToUse: '{count, plural, one {Connect} other {Connects}} para usar antes del {on}',

  haveAndNext:
    'Ahora tienes {balance, number}; {next, plural, one {el próximo llega} other {los próximos # llegan}} el {on}.',
  haveAndCycle: 'Ahora tienes {balance, number}; tu próximo ciclo de facturación empieza el {on}.',
  have: 'Ahora tienes {balance, number}.',
  hadAndHave: 'Con eso tenías {made, number}; desde entonces tu saldo cambió a {balance, number}.',
  next: '{next, plural, one {El próximo llega} other {Los próximos # llegan}} el {on}.',
  nextCycle: 'Tu próximo ciclo de facturación empieza el {on}.',
  closed: 'Tu cuenta está cerrada: no habrá más ciclos de facturación.',

  termExpired: '{count, plural, one {vencido} other {vencidos}}',
  termFree: 'gratuitos',
  termPlus: 'de Plus',
  termPaid: 'de tu plan',
  termOwed: 'adeudados',
  termBetween: 'mientras tanto',
  termBack: '{count, plural, one {devuelto} other {devueltos}}',
  termAward: 'de premio',
  termCycle: 'por el {on}',
  termCorrection: '{count, plural, one {corregido} other {corregidos}}',
  termRollsOver: '{count, plural, one {que se conserva} other {que se conservan}}',

  grantSubject:
    '{added, plural, one {# Connect añadido} other {# Connects añadidos}}, tienes {balance, number}',
  grantSubjectLost:
    '{added, plural, one {# añadido} other {# añadidos}}, {expired, plural, one {# vencido} other {# vencidos}}: tienes {balance, plural, one {# Connect} other {# Connects}}',
  grantSubjectExpired:
    '{expired, plural, one {Venció # Connect} other {Vencieron # Connects}}, tienes {balance, number}',
  grantSubjectOwed:
    '{given, plural, one {# Connect} other {# Connects}} para lo que debías, tienes {balance, number}',
  grantSubjectCycles: '{cycles, number} ciclos: tienes {balance, plural, one {# Connect} other {# Connects}}',
  grantSubjectLate:
    '{cycles, number} ciclos con retraso: tienes {balance, plural, one {# Connect} other {# Connects}}',
  grantExpired:
    '{expired, plural, one {Venció # que superaba} other {Vencieron # que superaban}} el límite de {limit, number}.',
  grantExpiredInAll:
    '{expired, plural, one {Venció # que superaba} other {Vencieron # que superaban}} el límite.',
  grantLate:
    'Nos retrasamos: tu ciclo de facturación empezó el {on} y lo procesamos el {addedOn}. Cuenta desde el día en que empezó.',
  grantLateCycles:
    'Nos retrasamos: procesamos {cycles, number} ciclos de facturación, del {first} al {last}, todos juntos el {addedOn}. Cada uno cuenta según su propio día{expired, select, yes {, y venció lo que ese día superaba el límite} other {}}: tienes lo mismo que habrías tenido a tiempo.',
  grantCycles: 'Este correo trata de {cycles, number} ciclos de facturación, del {first} al {last}.',
  grantPlanFree:
    '{plan} incluye {free, plural, one {# Connect gratuito} other {# Connects gratuitos}} al inicio de cada ciclo de facturación.',
  grantPlanPaid:
    '{plan} añade {paid, number} al inicio de cada ciclo de facturación, como parte de la membresía.',
  grantPlanBoth:
    '{plan} trae {free, number} Connects gratuitos y {paid, number} de la membresía al inicio de cada ciclo de facturación.',
  grantRollover:
    'El {on} tenías {opening, plural, one {# Connect} other {# Connects}}. Hasta {cap, number} pasan a un ciclo nuevo, así que {expired, plural, one {venció #} other {vencieron #}}{grants, select, yes {, antes de que se añadieran los nuevos} other {}}.',
  rolloverCounts:
    '{agency, select, yes {Los Connects comprados también cuentan para ese límite.} other {Los Connects gratuitos, ganados y comprados cuentan todos para ese límite.}}',
  grantRecovered:
    '{recovered, plural, one {Se retiró # Connect} other {Se retiraron # Connects}}: un pago falló después de que los gastaras, así que los debías de los próximos Connects de tu membresía.',
  grantBetween: 'Mientras tanto, otros cambios sumaron {amount} en total; tu historial los muestra todos.',
  grantDays: 'Este ciclo de facturación: {days}.',
  grantDaysMonthly: 'Este ciclo de facturación: {days}. Los tuyos empiezan {day} de cada mes.',
  grantDaysMonthEnd:
    'Este ciclo de facturación: {days}. Los tuyos empiezan el mismo día de cada mes, o el último día si el mes es más corto.',
  grantPlanChanged:
    'Tu plan ha cambiado desde entonces: tu ciclo de facturación ahora se cuenta desde el {on}.',
  grantLaterCycle: 'Este correo trata de un ciclo de facturación anterior: {days}.',

  welcomeSubject: 'Te damos la bienvenida: {award, plural, one {# Connect} other {# Connects}} para empezar',
  welcomeLead: 'Te damos la bienvenida. Úsalos para enviar propuestas a los trabajos que te gusten.',
  welcomeRule: 'Cada freelancer los recibe una sola vez, al abrir su cuenta; equivalen a los del primer mes.',
  welcomeMonthly: 'A partir de entonces, {plan} trae Connects al inicio de cada ciclo de facturación.',
  welcomeMonthlyBoth:
    'A partir de entonces, {plan} trae Connects al inicio de cada ciclo de facturación: {free, number} gratuitos y {paid, number} de la membresía.',
  readinessSubject:
    'Readiness Test aprobado: {award, plural, one {# Connect añadido} other {# Connects añadidos}}, tienes {balance, number}',
  readinessLead: 'Bien hecho: aprobaste el Readiness Test.',
  readinessRule: 'El Readiness Test da Connects una sola vez; se añaden automáticamente.',
  interviewSubject:
    'Entrevista: {award, plural, one {# Connect añadido} other {# Connects añadidos}}, tienes {balance, number}',
  interviewLead: 'Un cliente te pidió una entrevista por tu propuesta {proposal}, y respondiste el {moment}.',
  interviewUsed:
    'Con entrevistas has ganado {used, number} de un máximo de {max, number} en {days, plural, one {el último día} other {los últimos # días}}.',
  interviewUsedUpTo:
    'Con entrevistas has ganado {used, number} de un máximo de {max, number} en {days, plural, one {el día anterior} other {los # días anteriores}} al {moment}.',
  interviewRule: 'Responder a una solicitud de entrevista da Connects una sola vez por propuesta.',
  interviewShort:
    'Normalmente son {whole, number}. Esta vez {award, plural, one {fue #} other {fueron #}}: ya se habían ganado {held, number} de {max, number}, así que no cabían más.',
  interviewTwo:
    'Tu historial lo muestra como dos movimientos: se devuelve lo que costó la propuesta {proposal}, y el resto se suma aparte.',
  interviewBack:
    'Tu historial lo muestra como un solo movimiento: se devuelve por lo que costó la propuesta {proposal}.',

  upgradeSubject:
    'Freelancer Plus: {added, plural, one {# Connect añadido} other {# Connects añadidos}}, tienes {balance, number}',
  upgradeSubjectOwed:
    'Freelancer Plus: {recovered, plural, one {# Connect} other {# Connects}} para lo que debías',
  upgradeSubjectBegun: 'Freelancer Plus: tu membresía ha empezado',
  upgradeBegun: 'Freelancer Plus ha empezado',
  upgradeLead:
    'Tu membresía Freelancer Plus ha empezado y, con ella, un nuevo ciclo de facturación, el {on}. Todo lo que tenías antes sigue ahí.',
  upgradePaidWhole: 'Los Connects de Freelancer Plus se añaden completos el día en que empieza.',
  upgradeShare:
    'De los Connects gratuitos del mes recibes la parte de los días que ya habían pasado: {elapsed, number} de {days, plural, one {# día} other {# días}} del ciclo que empezó el {on}. {plansFree, number} × {elapsed, number} ÷ {days, number}, redondeado hacia abajo, es {free, number}.',
  upgradeRecovered:
    '{recovered, plural, one {Se retiró # Connect} other {Se retiraron # Connects}} de inmediato: los debías desde que falló un pago.',
  upgradeFromNow:
    'Desde el {on}, cada ciclo trae {free, number} Connects gratuitos y {paid, number} de la membresía.',
  paymentSubjectNothing: 'Tu pago falló: no se retiraron Connects',
  paymentSubjectTaken:
    'Tu pago falló: {reversed, plural, one {# Connect retirado} other {# Connects retirados}}',
  paymentSubjectOwed: 'Tu pago falló: debes {owed, plural, one {# Connect} other {# Connects}}',
  paymentSubjectBoth:
    'Tu pago falló: {reversed, plural, one {# Connect retirado} other {# Connects retirados}}, debes {owed, number}',
  paymentFailed: 'Tu pago falló',
  paymentLead:
    'El pago del ciclo de facturación del {failedOn} falló. Tu plan es Freelancer Basic desde el {basicFrom}.',
  paymentOwed: 'Debes {owed, plural, one {# Connect} other {# Connects}}.',
  paymentNextCycle:
    'Ese ciclo no había empezado, así que no se había añadido nada por él y no se retiró nada.',
  paymentCurrentCycle:
    'Los Connects que una membresía añade a un ciclo se retiran cuando el ciclo no se paga, hasta donde alcance tu saldo.',
  paymentEarlierCycle: 'Ese ciclo ya había terminado, así que no se retiró nada.',
  paymentOwedRule:
    'El ciclo había recibido {paid, plural, one {# Connect} other {# Connects}}, y {all, select, yes {todos ya estaban gastados} other {{owed, plural, one {# ya estaba gastado} other {# ya estaban gastados}}}}. Esos los debes: se descuentan de los próximos Connects de una membresía, nunca de los gratuitos ni de los comprados.',
  paymentOwedBefore: 'Antes ya debías {before, number}: {before, number} + {owed, number} = {inAll, number}.',
  remedyUpgrade:
    'Para volver a recibir los Connects mensuales de Freelancer Plus, corrige tu método de pago y vuelve a contratar el plan.',
  remedyUpgradedAgain: 'Desde entonces has vuelto a contratar el plan; otro correo lo explica.',
  remedyReinstatement:
    'Tu cuenta está suspendida: podrás volver a contratar el plan cuando termine la suspensión.',
  remedyNone: 'Tu cuenta está cerrada: no tienes que hacer nada.',

  backfillSubject:
    '{added, plural, one {# Connect añadido} other {# Connects añadidos}} por {cycles, plural, one {un ciclo anterior} other {# ciclos anteriores}}',
  backfillSubjectOwed:
    '{recovered, plural, one {# Connect} other {# Connects}} de {cycles, plural, one {un ciclo anterior} other {# ciclos anteriores}} para lo que debías',
  backfillLead:
    'Faltaban por {cycles, plural, one {el ciclo de facturación del {first}} other {# ciclos de facturación, del {first} al {last}}}. No tienes que hacer nada.',
  backfillRule: 'Cada ciclo anterior recibe lo que tu plan daba en ese momento, una sola vez.',
  backfillRecovered:
    '{recovered, plural, one {Se retiró # Connect} other {Se retiraron # Connects}} de inmediato: los debías, porque lo que un pago fallido o una corrección debía retirar ya estaba gastado.',
  backfillNothingExpires:
    'Nada vence por los ciclos anteriores. En tu próximo ciclo de facturación el límite cuenta como siempre.',
  reversalSubjectTaken:
    'Una corrección: {count, plural, one {# Connect retirado} other {# Connects retirados}}',
  reversalSubjectGiven:
    'Una corrección: {count, plural, one {# Connect devuelto} other {# Connects devueltos}}',
  reversalSubjectNothing: 'Una corrección: sin cambios en total',
  reversalNothing: 'Sin cambios en total',
  reversalLead: 'Habíamos cambiado tus Connects por error, y lo hemos corregido. Lamentamos las molestias.',
  reversalOf: 'El error estaba en tu ciclo de facturación del {on}.',
  reversalRule:
    'Una corrección deshace lo que el ciclo erróneo añadió y lo que dejó vencer, y nunca deja un saldo por debajo de cero.',
  reversalNotTaken:
    '{count, plural, one {# Connect ya estaba gastado y se queda} other {# Connects ya estaban gastados y se quedan}} como está{count, plural, one {} other {n}}.',
  reversalOwed:
    '{owed, plural, one {# Connect que el ciclo erróneo había destinado a lo que debes se debe} other {# Connects que el ciclo erróneo había destinado a lo que debes se deben}} otra vez.',
  reversalHistory: 'Tu historial conserva ambos: el error y su corrección.',

  reminderSubject:
    'Usa {expiring, plural, one {# Connect antes del {on}, o vencerá} other {# Connects antes del {on}, o vencerán}}',
  reminderPreheader: 'Tienes {balance, number}, y se pueden conservar {cap, number}.',
  reminderLead:
    '{count, plural, one {Vence cuando empiece tu próximo ciclo de facturación, a menos que lo uses antes} other {Vencen cuando empiece tu próximo ciclo de facturación, a menos que los uses antes}}: envía propuestas a los trabajos que te gusten. No hace falta nada más.',
  rolloverRule: 'Hasta {cap, number} pasan a un ciclo nuevo; lo que supera ese número vence cuando empieza.',
  reminderNewOnes: 'Los Connects del nuevo ciclo se añaden después, y no se ven afectados.',

  late: 'Esto ocurrió el {happened}; nos llegó el {reached}, después de que se hubiera contado algo posterior, así que se decidió con fecha del {decided}.',
  lateAfterCycle:
    'Esto ocurrió el {happened}; nos llegó el {reached}, después de que empezara tu ciclo de facturación del {cycle}, así que se decidió con fecha del {decided}.',

  columnCycle: 'Ciclo del',
  columnExpired: 'Vencidos',
  columnAdded: 'Añadidos',
  columnBalance: 'Saldo',
  rowBefore: '{cycles, plural, one {# ciclo anterior} other {# ciclos anteriores}}',
  rowText:
    '{label}: {expired, plural, =0 {} one {# vencido, } other {# vencidos, }}{added, plural, =0 {} one {# añadido, } other {# añadidos, }}saldo {balance, number}',
};
