/** One email as its member gets it: HTML in a frame of its own, text, the head; and how it stands. */
import type { LetterShown } from '../../operations/mail/letter-shown.ts';
import type { NoticeRow } from '../../outbox/listing.ts';
import type { PageContext } from '../site.ts';
import { type Query, addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Tabs } from '../parts/tabs.tsx';

export interface LetterView extends LetterShown {
  readonly notice: NoticeRow;
}

const FORMS = { html: 'HTML', text: 'Text', head: 'Headers' } as const;
export type LetterForm = keyof typeof FORMS;

export const asOf = ({ req }: Pick<PageContext, 'req'>): LetterForm =>
  (Object.keys(FORMS) as LetterForm[]).find((one) => one === req.query('as')) ?? 'html';

interface LetterProps {
  readonly letter: LetterView;
  readonly as: LetterForm;
  /** Of the list beside it; undefined on a page of its own. */
  readonly query?: Query;
}

export const LetterCard = ({ letter, as, query }: LetterProps) => {
  const { id } = letter.notice;
  const own = `/emails/${id}`;
  const path = query === undefined ? own : '/emails';
  const choices = (Object.entries(FORMS) as [LetterForm, string][]).map(([form, label]) => ({
    label,
    href: `${addressOf(path, { ...query, show: query && id, as: form })}#letter`,
    current: form === as,
  }));
  return (
    <Card
      id="letter"
      width={query === undefined ? 8 : 7}
      bare
      title={letter.notice.state === 'sent' ? 'As sent' : 'As it would be sent now'}
      aside={
        <>
          <Tabs label="Form" choices={choices} />
          {query === undefined ? (
            ''
          ) : (
            <a class="btn small" href={own}>
              Open
            </a>
          )}
        </>
      }
    >
      <Letter letter={letter} as={as} />
    </Card>
  );
};

function Letter({ letter, as }: LetterProps) {
  const { message, head, unsent, notice } = letter;
  if ('unsent' in message) return <Empty sentence="There is nothing to send.">{message.unsent}</Empty>;
  if (as === 'head')
    return head === null ? (
      <Empty sentence="It would not be sent now.">{unsent}</Empty>
    ) : (
      <pre class="letter-text">{head.join('\n')}</pre>
    );
  if (as === 'text')
    return (
      <pre class="letter-text">
        Subject: {message.subject}
        {'\n\n'}
        {message.text}
      </pre>
    );
  return (
    <iframe
      class="letter-frame"
      title={`The email as HTML: ${message.subject}`}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      height={heightOf(message.text)}
      src={`/emails/${notice.id}/html`}
    ></iframe>
  );
}

/** No script may measure the frame: it is as tall as its text is likely to need, in pixels. */
const heightOf = (text: string): number => Math.min(2_400, Math.max(480, text.split('\n').length * 30 + 120));
