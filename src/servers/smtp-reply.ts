/** The codes of a reply of a mail server: what it means stands in them. */
export interface SmtpReply {
  /** Of three digits. */
  readonly code: string;
  /** RFC 3463, such as `5.7.1`; undefined where the server gives none, or one that contradicts the other. */
  readonly enhanced: string | undefined;
}

const CODE = /^([45])\d\d(?=[ -]|$)/;
/** Where RFC 2034 puts it; or where qmail does, behind its words: `(#5.1.1)`. */
const ENHANCED = /^\d{3}[ -]([45]\.\d{1,3}\.\d{1,3})(?![.\d])|\(#([45]\.\d{1,3}\.\d{1,3})\)/;

/** @returns undefined for what is no refusal */
export function refusalIn(words: string): SmtpReply | undefined {
  const [code, severity] = CODE.exec(words) ?? [];
  if (code === undefined) return undefined;
  const [, first, last] = ENHANCED.exec(words) ?? [];
  const enhanced = first ?? last;
  return { code, enhanced: enhanced?.startsWith(`${severity}.`) ? enhanced : undefined };
}
