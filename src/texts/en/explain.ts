/** Answers: why a balance is what it is. */
import { message } from '../message.ts';

export const explain = {
  none: message('Nothing is recorded.'),
};
