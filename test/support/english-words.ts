/** Whether a text that is not English has English in it. */

/** Names stay as they are. */
const NAMES = /Freelancer (?:Plus|Basic)|Agency|Readiness Test/g;

/** Words of which every English sentence has one, and no Spanish one. */
const ENGLISH =
  /(?<!\p{L})(?:the|of|and|you|your|was|were|is|are|it|its|this|that|to|for|with|from|by|on|in|at|an|not|none|been|had|have|would|added|when|because)(?!\p{L})/iu;

/** The texts that are not wholly in another language. */
export const withEnglish = (texts: readonly string[]): string[] =>
  texts.filter((text) => ENGLISH.test(text.replace(NAMES, '')));
