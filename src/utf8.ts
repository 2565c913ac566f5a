/** The one decoder of text that comes from outside: files and HTTP bodies are judged alike. */
import { isUtf8 } from 'node:buffer';

// The mark stays in: only the beginning of a file or a body may have one.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Undefined for bytes that are no UTF-8: what stood there would be lost as U+FFFD, which is a character like any other.
 * Looked at before they are decoded: a decoder that throws takes more than ten times as long.
 */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined =>
  isUtf8(bytes) ? decoder.decode(bytes) : undefined;

/** What Windows programs put before the first character. */
export const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);
