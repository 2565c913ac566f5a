/** "Connects History": what its lines are, and what they are about. */
import type { history as english } from '../en/history.ts';
import type { Translation } from '../message.ts';

export const history: Translation<typeof english> = {
  'rollover-expiry': 'Vencidos, por encima del límite de acumulación',
  'monthly-free': 'Connects mensuales gratuitos',
  'monthly-plan': 'Connects mensuales de Freelancer Plus',
  recovery: 'Connects adeudados, descontados',
  welcome: 'Connects de bienvenida',
  'readiness-test': 'Readiness Test aprobado',
  'interview-refund': 'Premio por entrevista, reembolso',
  'interview-award': 'Premio por entrevista',
  'upgrade-plan': 'Cambio a Freelancer Plus, Connects del plan',
  'upgrade-free': 'Cambio a Freelancer Plus, parte de los Connects mensuales gratuitos',
  reversal: 'Pago fallido, Connects del plan retirados',
  spend: 'Connects gastados',
  proposal: 'Propuesta enviada',
  purchase: 'Connects comprados',
  return: 'Connects devueltos',
  adjustment: 'Corrección',
  openedOnPlus: 'Cuenta abierta con Freelancer Plus, Connects del plan',
  correctionTaken: 'Corrección, Connects retirados',
  correctionGiven: 'Corrección, Connects restituidos',

  ofInterview: 'entrevista {id}',
  ofProposal: 'propuesta {id}',
  ofCycle: 'ciclo del {day}',
  markOf: ', del {day}',
  markPosted: ', registrado el {day}',

  typeMonthly: 'Connects mensuales',
  typeExpired: 'Vencidos',
  typeWelcome: 'Bienvenida y Readiness Test',
  typeInterview: 'Entrevistas',
  typeProposal: 'Propuestas',
  typePlan: 'Plan',
  typePurchase: 'Comprados',
  typeReturn: 'Devueltos',
  typeAdjustment: 'Correcciones',
};
