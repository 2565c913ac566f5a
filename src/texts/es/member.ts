/** The member's own page. */
import type { member as english } from '../en/member.ts';
import type { Translation } from '../message.ts';

export const member: Translation<typeof english> = {
  title: 'Membresía y Connects',
};
