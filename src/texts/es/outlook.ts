/** Answers: what a reply to an interview request would come to, now and later. */
import type { outlook as english } from '../en/outlook.ts';
import type { Translation } from '../message.ts';

export const outlook: Translation<typeof english> = {
  decidedOnceCurrent: 'Se decide cuando la cuenta esté al día, según el momento en que respondiste.',
  toldOnceCurrent: 'Lo que daría una respuesta se podrá decir cuando la cuenta esté al día.',
  inviteEarnsNone: '{many, select, yes {Responderlas tampoco da} other {Responderla tampoco da}} ninguno.',
  withProposalCan: 'Una solicitud de entrevista sobre una propuesta que enviaste sí puede darlos.',
  neverEarns: 'Una respuesta no da ninguno, porque {reason}. Eso ya no cambia.',
  requestKept:
    'Una solicitud de entrevista sobre {many, select, yes {cada una} other {ella}} está guardada y todavía no se ha contado: se contará cuando la cuenta esté al día.',
  noReplyEarns:
    'Ninguna respuesta da un premio por {many, select, yes {ellas} other {ella}}, porque {reason}.',
  ifAsked:
    'Si un cliente te pide una entrevista sobre {many, select, yes {una de ellas} other {ella}}, tu respuesta todavía puede darte un premio.',

  nowNone: 'Una respuesta ahora no daría ninguno, porque {reason}.',
  onlySender: 'Solo la cuenta que envió una propuesta obtiene algo por ella.',
  onceRecorded: 'Cuando {many, select, yes {una conste} other {conste}} en esta cuenta, {outlook}',
  kept: '{many, select, yes {estas propuestas están guardadas y todavía no se han contado} other {la propuesta {proposal} está guardada y todavía no se ha contado}}',
  elsewhere:
    '{many, select, yes {estas propuestas se enviaron desde otras cuentas} other {la propuesta {proposal} se envió desde otra cuenta}}',
  neverReported:
    '{many, select, yes {estas propuestas nunca se nos comunicaron} other {la propuesta {proposal} nunca se nos comunicó}}',
  manyRefused: 'estas propuestas se rechazaron al enviarlas',
  refusedForWant: 'la propuesta {proposal} se rechazó el {day}: no había suficientes Connects para ella',
  refusedInactive: 'la propuesta {proposal} se rechazó el {day}: tu cuenta estaba {status}',
  notActive: 'inactiva',
  closed: 'Una respuesta no da ninguno: tu cuenta está cerrada y ya no obtiene premios.',
  inactive: 'Una respuesta no da ninguno mientras tu cuenta esté {status}.',
  onceActive: 'Cuando vuelva a estar activa, {outlook}',
  allAwarded: 'cada una de estas propuestas ya había obtenido su premio',
  allClosed: 'el límite semanal, lleno en su momento, cerró cada una de estas propuestas',

  earns:
    '{lead, select, possible {Todavía es posible: una respuesta ahora} now {Una respuesta ahora} other {Una respuesta}} daría {count, plural, one {# Connect} other {# Connects}}{because}.',
  earnsNone: 'Una respuesta ahora no daría ninguno{because}.',
  because: ', porque {reason}',
  noDateEnds: 'No hay fecha límite para ello.',
  noDateChanges: 'Según las condiciones conocidas hoy, ninguna fecha lo cambia.',
  full: 'Responde después del {moment}; una respuesta anterior no da ninguno, y {many, select, yes {su propuesta ya no podría} other {esta propuesta ya no podría}} obtener un premio, porque {reason}. A partir de entonces, una respuesta daría {count, plural, one {# Connect} other {# Connects}}.',
  fromEarns: 'A partir del {moment} daría {count, plural, one {# Connect} other {# Connects}}.',
  fromNone: 'A partir del {moment} no daría ninguno, porque {reason}.',
  laterChanges:
    '{count, plural, one {# cambio posterior solo figura} other {# cambios posteriores solo figuran}} con --json.',
  oneAward: 'Una propuesta obtiene un solo premio: lo que le falte a uno menor no se añade después.',
  holdsTooMany: 'tu cuenta tendría más Connects de los que puede tener cualquier cuenta',
};
