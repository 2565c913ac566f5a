/** "Connects History": what its lines are, and what they are about. */
import { message } from '../message.ts';

export const history = {
  'rollover-expiry': message('Expired, above the rollover limit'),
  'monthly-free': message('Free monthly Connects'),
  'monthly-plan': message('Monthly Connects of Freelancer Plus'),
  recovery: message('Owed Connects taken back'),
  welcome: message('Welcome Connects'),
  'readiness-test': message('Readiness Test passed'),
  'interview-refund': message('Interview award, refund'),
  'interview-award': message('Interview award'),
  'upgrade-plan': message('Upgrade, Connects of Freelancer Plus'),
  'upgrade-free': message('Upgrade, share of the free monthly Connects'),
  reversal: message('Payment failed, Connects of the plan taken back'),
  spend: message('Connects spent'),
  proposal: message('Proposal sent'),
  purchase: message('Connects bought'),
  return: message('Connects returned'),
  adjustment: message('Correction'),
  openedOnPlus: message('Opened on Freelancer Plus, Connects of the plan'),
  correctionTaken: message('Correction, Connects taken back'),
  correctionGiven: message('Correction, Connects given back'),

  ofInterview: message<{ id: string }>('interview {id}'),
  ofProposal: message<{ id: string }>('proposal {id}'),
  ofCycle: message<{ day: string }>('cycle of {day}'),
  /** After the date of a line: when it happened, and when it was posted, where those are other days. */
  markOf: message<{ day: string }>(', of {day}'),
  markPosted: message<{ day: string }>(', posted {day}'),

  typeMonthly: message('Monthly Connects'),
  typeExpired: message('Expired'),
  typeWelcome: message('Welcome and Readiness Test'),
  typeInterview: message('Interviews'),
  typeProposal: message('Proposals'),
  typePlan: message('Plan'),
  typePurchase: message('Bought'),
  typeReturn: message('Returned'),
  typeAdjustment: message('Corrections'),
};
