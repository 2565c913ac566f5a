/** Answers: why a balance is what it is. */
import type { explain as english } from '../en/explain.ts';
import type { Translation } from '../message.ts';

export const explain: Translation<typeof english> = {
  none: 'No hay nada registrado.',
};
