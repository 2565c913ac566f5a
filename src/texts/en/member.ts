/** The member's own page. */
import { message } from '../message.ts';

export const member = {
  title: message('Memberships & Connects'),
};
