/** Answers: the welcome, the Readiness Test, what was spent, came back or was corrected. */
import type { decisions as english } from '../en/decisions.ts';
import type { Translation } from '../message.ts';

export const decisions: Translation<typeof english> = {
  welcomeNone:
    'No se añadieron Connects cuando se abrió tu cuenta el {day}: las condiciones de ese día no dan ninguno.',
  welcome:
    '{count, plural, one {Se añadió # Connect} other {Se añadieron # Connects}} cuando se abrió tu cuenta el {day}. Son los de tu primer mes.',
  welcomeAgency:
    'No se añadieron Connects de bienvenida cuando se abrió la cuenta el {day}: son para freelancers, y esta es una agencia.',
  welcomeBefore:
    'No se añadieron Connects de bienvenida cuando se abrió tu cuenta el {day}: el programa empezó más tarde, el {from}.',
  testNone: 'No se añadieron Connects cuando aprobaste el Readiness Test el {day}: {reason}.',
  test: '{count, plural, one {Se añadió # Connect} other {Se añadieron # Connects}}, porque aprobaste el Readiness Test el {day}.',
  termsGiveNone: 'las condiciones de ese día no dan ninguno',
  testedOn:
    '{count, plural, one {su # Connect se añadió} other {sus # Connects se añadieron}} el {day}, y cuenta una sola vez',
  testedBefore:
    'sus Connects se añadieron antes de que esta cuenta pasara a llevarse aquí, y cuenta una sola vez',
  testAgain: 'Aprobarlo de nuevo no cambia nada.',
  forFreelancers: 'son para freelancers, y esta es una agencia',
  testedSince: 'Lo aprobaste después, y se contó.',
  testWhileActive: 'Aprobarlo mientras la cuenta esté activa todavía cuenta.',
  testSince: 'Aprobarlo a partir de entonces todavía cuenta.',
  startedLater: 'el programa empezó más tarde, el {from}',
  missing: 'tenías {balance, plural, one {# Connect} other {# Connects}}{when}, y se pedían {asked, number}',
  notSpent:
    '{count, plural, one {No se gastó # Connect} other {No se gastaron # Connects}} el {day}: {reason}.',
  notCharged: 'La propuesta {id} no se cobró el {day}: {reason}.',
  chargedBefore: 'ya se había cobrado, con {count, plural, one {# Connect} other {# Connects}}',
  notReturnedUnknown:
    'De {count, plural, one {# Connect} other {# Connects}} por devolver el {day} de la propuesta {proposal}, no se devolvió ninguno: la propuesta no es de esta cuenta, así que aquí no se gastó nada en ella.',
  notReturned:
    'De {count, plural, one {# Connect} other {# Connects}} por devolver el {day} de la propuesta {proposal}, no se devolvió ninguno: {spent, plural, one {se gastó # Connect} other {se gastaron # Connects}} en ella, y ya se habían devuelto {refunded, number}.',
  notCorrected:
    'No se hizo una corrección de {amount} el {day}: tenías {count, plural, one {# Connect} other {# Connects}}{when}.',
  corrected:
    '{count, plural, one {Se añadió # Connect} other {Se añadieron # Connects}} el {day}, con una corrección.',
  correctedOff:
    '{count, plural, one {Se retiró # Connect} other {Se retiraron # Connects}} el {day}, con una corrección.',
  noneRefused: 'No se rechazó nada desde el {day}.',
  silenceAbove: 'Lo que aún no ha dado ningún resultado figura más arriba.',
  again: 'Lo mismo se rechazó {count, plural, one {# vez más} other {# veces más}} desde el {day}{which}.',
  againAll: ' ({ids})',
  againLatest: ' (las más recientes: {ids})',
  tooMany:
    '{count, plural, one {No se añadió # Connect} other {No se añadieron # Connects}} el {day}: tenías {balance, plural, one {# Connect} other {# Connects}}{when}, y una cuenta puede tener {most, number}.',
  setAside: 'Lo que nos llegó del {day} ({what}) no se pudo contar, y se dejó de lado el {on}: {reason}.',
  untold: 'El {day} se decidió {subject}: {code}.',
};
