/** The program in sentences: what stands around its rules, and those that no answer points to. */
import type { program as english } from '../en/program.ts';
import type { Translation } from '../message.ts';

export const program: Translation<typeof english> = {
  heading: 'Las reglas del programa el {day}, según {source}. Empezó el {from}.',
  version: 'la versión {version, number} de las condiciones',
  builtIn: 'las condiciones incorporadas',
  changes: 'Cambian el {day}.',
  since: 'Desde el {day}.',
  expiry:
    'Los Connects solo vencen cuando empieza un ciclo de facturación, y solo lo que entonces supera el límite de acumulación: comprados, ganados y gratuitos por igual. No hay ninguna otra fecha en la que venzan.',
  twoLines:
    'Un premio por entrevista figura en dos líneas de una misma suma: lo que se devuelve de la propuesta y el resto.',
  oneLine: 'Un premio por entrevista figura en una sola línea.',
  rewards: 'Estas son todas las recompensas que hay: {all}. Nada más da Connects.',
  monthlyOf: 'los Connects mensuales de {plans}',
  welcome: '{count, plural, one {# Connect} other {# Connects}} de bienvenida',
  readinessTest: '{count, plural, one {# Connect} other {# Connects}} por el Readiness Test',
  reply: '{count, plural, one {# Connect} other {# Connects}} por responder a una solicitud de entrevista',
  upgrade: 'lo que añade el cambio a {plus}',
  noRules:
    'Ninguna regla pasa Connects de una cuenta a otra, los devuelve tras cierto número de días ni hace que algunos venzan por su antigüedad.',
};
