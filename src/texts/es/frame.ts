/** What stands around an answer: where it is from, what it rests on, whether an email told of it. */
import type { frame as english } from '../en/frame.ts';
import type { Translation } from '../message.ts';

export const frame: Translation<typeof english> = {
  heading: 'Cuenta {account}, a {moment}. Las fechas y horas son de {zone}.',
  notHereThen:
    'Para entonces no constaba nada aquí: se toma como ahora, con todo lo registrado desde entonces.',
  asItStood:
    'Así estaba el {moment}: se deja fuera lo que se escribió después. De entonces no consta: {missing}.',
  missingAddress: 'la dirección de correo y el idioma',
  missingEmail: 'qué había sido de un correo, salvo que se enviara',
  missingAttempts: 'cuántas veces se había intentado una cuenta con errores, si se intentó de nuevo después',
  otherLanguage: 'Todavía no hay textos en este idioma para esta respuesta: se da en inglés.',
  ruleSince: 'Regla desde el {day} (versión {version, number} de las condiciones): {text}',
  next: 'A continuación: {sentence}',
  andMore: '… y {count, number} más (--json los tiene todos)',
  counted: 'Contados, según el momento de tu respuesta:',
  inAll: 'en total',
  earlierOnes: '{count, plural, one {# anterior} other {# anteriores}}',
  award: 'entrevista {interview}, propuesta {proposal}',
  posted: 'Registrado el {moment}.',
  inHistory: 'En tu historial:',
  line: '{action}, saldo {balance, number}',
  emailSent: 'Correo: enviado el {moment}.',
  email: 'Correo: {state}.',
  pending: 'a la espera de enviarse',
  claimed: 'a punto de enviarse',
  sending: 'enviándose',
  refused: 'tu servidor de correo lo rechazó',
  'too-old': 'ninguno, porque habría hablado de algo muy pasado',
  unchanged: 'ninguno, porque nada cambió',
  'opted-out': 'ninguno, porque los desactivaste',
  'not-asked': 'no se pidió ninguno',
  staged: 'no se encontró',
  'not-recorded': 'no consta qué había sido de él para entonces',
  offSince: 'ninguno, porque los desactivaste antes de que se enviara',
  noAddress: 'ninguno, porque no había dirección a la que enviarlo',
  withheld: 'ninguno, se retuvo',
  withheldFor: 'ninguno, se retuvo: {reason}',

  token: 'Llegó por HTTP con el token {token} ({name}).',
  correctedBy: 'Corrección de {actor}.',
  correctedByRun: 'Corrección de {actor}, proceso {run}.',
  putAside: 'Apartada por el proceso {run}: cuando se corrija el error, "{command}" procesa lo pendiente.',
  oneAddress: 'Ambas tienen la misma dirección.',
  otherAddresses: 'Las direcciones son distintas: puede ser otra persona. Compruébalo antes de enviar esto.',
};
