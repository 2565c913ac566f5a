/** A mail server in a process of its own, that freezes in the middle of a conversation, until it is told to go on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostOffice } from '../support/post-office.ts';

export interface Arrived {
  readonly to: string;
  readonly messageId: string;
}

/** So long a letter is on its way: others are, too, when it freezes. */
const ON_ITS_WAY_MS = 20;
/** It freezes once, before it answers this one. */
const FREEZES_AT = 5;

let asked = 0;
async function beforeAnswer(): Promise<void> {
  asked += 1;
  const isLast = asked === FREEZES_AT;
  await sleep(ON_ITS_WAY_MS);
  if (isLast) process.kill(process.pid, 'SIGSTOP');
}

void openPostOffice({ beforeAnswer }).then((office) => {
  process.on('message', () => {
    const letters = office.letters.map(({ to, messageId = '' }): Arrived => ({ to: to.join(), messageId }));
    process.send?.(letters);
  });
  process.send?.(office.url);
});
