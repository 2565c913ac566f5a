/**
 * The key of a correction names it: once posted, it is never posted again. A refusal posts nothing, so the same
 * correction may be tried again under the same key; the event of each later try has an id of its own, told from the key.
 */

/** The event of the nth try under a key, which begin at 1; undefined where no id has room for it. */
export const eventOfTry = (key: string, no: number): string | undefined => {
  const id = no === 1 ? key : `${key}.again${no}`;
  return id.length > ID_LENGTH_MAX ? undefined : id;
};

const ID_LENGTH_MAX = 100;

/** The subject, or the key, under which the first try of a correction stands. */
export const firstTryOf = (subject: string): string => subject.replace(/\.again\d+$/, '');
