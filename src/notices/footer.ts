/** What stands below every email: the button, why it came, what it is about, whom to ask. */
import type { NoticeContext } from './page.ts';
import type { Voice } from './voice.ts';

export interface Footer {
  /** To the member's own page; undefined where there is none. */
  readonly button: Link | undefined;
  readonly lines: readonly string[];
  readonly links: readonly Link[];
}

export interface Link {
  readonly words: string;
  /** As it is read: where that differs from the words. */
  readonly shown?: string;
  readonly url: string;
}

export interface Sort {
  readonly isReminder: boolean;
  /** Whether the member can turn this kind off. */
  readonly isOptional: boolean;
}

export function footerOf(context: NoticeContext, voice: Voice, sort: Sort): Footer {
  const { account, zone, ownPage, contact, preferencesUrl } = context;
  const { say, day } = voice;
  return {
    button: ownPage && { words: say.button(), url: ownPage.url },
    lines: [
      sort.isReminder ? say.becauseExpiring() : say.becauseChanged(),
      say.about({ account, zone }),
      ...(ownPage ? [say.linkLasts({ until: day(ownPage.until) })] : []),
    ],
    links: [
      ...(contact === undefined ? [] : [{ words: say.contact(), shown: contact, url: addressOf(contact) }]),
      ...(sort.isOptional && preferencesUrl !== undefined
        ? [{ words: say.preferences(), url: preferencesUrl }]
        : []),
    ],
  };
}

const addressOf = (contact: string): string => (/^https?:/.test(contact) ? contact : `mailto:${contact}`);
