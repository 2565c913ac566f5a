/** The letters of an outbox as the product composes them, for whoever sends the same without composing them. */
import type { App } from '../../src/app.ts';
import { selectRows } from '../../src/db/query.ts';
import type { Letter } from '../../src/notices/mailer.ts';
import { openComposer } from '../../src/operations/mail/compose-notices.ts';
import { NOTICE_COLUMNS, type Notice } from '../../src/outbox/outbox.ts';

export async function composeLetters({ db, config: settings }: App, count: number): Promise<Letter[]> {
  const notices = await selectRows<Notice>(
    db,
    `SELECT ${NOTICE_COLUMNS} FROM outbox WHERE state = 'pending' ORDER BY next_attempt_at, id LIMIT ?`,
    [count],
  );
  const compose = await openComposer({ db, settings }, notices);
  return notices.map((notice) => {
    const letter = compose(notice);
    if ('unsent' in letter) throw new Error(`notice ${notice.id} has no letter: ${letter.unsent}`);
    return letter;
  });
}
