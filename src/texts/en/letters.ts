/** Emails. */
import { message } from '../message.ts';

export const letters = {
  preferences: message('Choose which emails you get'),
};
