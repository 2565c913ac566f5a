/** The one stylesheet of the console, in the order in which it is read. */
import { CHARTS } from './chart-styles.ts';
import { FRAME } from './frame.ts';
import { LETTERS } from './letters.ts';
import { MORE } from './more.ts';
import { NARROWER } from './narrower.ts';
import { PARTS } from './parts.ts';
import { RUNS } from './runs.ts';
import { SIGN_IN } from './sign-in.ts';
import { TOKENS } from './tokens.ts';
import { TYPE } from './type.ts';

/** What narrows comes last: it overrules what stands before it. */
export const STYLESHEET = [TOKENS, TYPE, FRAME, PARTS, MORE, LETTERS, RUNS, SIGN_IN, CHARTS, NARROWER].join(
  '',
);
