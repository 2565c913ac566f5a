/** Answers: what a proposal cost, and what came back of it. */
import { message } from '../message.ts';

export const proposals = {
  cost: message<{ id: string; count: number; day: string }>(
    'Proposal {id} cost {count, plural, one {# Connect} other {# Connects}} on {day}.',
  ),
  hadCost: message<{ id: string; count: number }>(
    'Proposal {id} had cost {count, plural, one {# Connect} other {# Connects}} before this account was taken over.',
  ),
  noneBack: message('None came back: no return for it has been reported to us.'),
  back: message<{ count: number; all: string }>(
    '{count, plural, one {# Connect} other {# Connects}} came back: {all}.',
  ),
  partReturned: message<{ count: number; day: string }>('{count, number} returned on {day}'),
  partAwarded: message<{ count: number; day: string }>('{count, number} with the interview award on {day}'),
  earlierParts: message<{ count: number }>('{count, plural, one {# earlier part} other {# earlier parts}}'),
  allBack: message('That is all that was spent on it, so no more comes back.'),
  rest: message<{ count: number }>(
    'The other {count, plural, one {# Connect was} other {# Connects were}} not returned: no further return has been reported to us.',
  ),
  noMore: message('Nothing more can come back for it.'),
  canCome: message<{ count: number }>(
    'Up to {count, plural, one {# Connect} other {# Connects}} can still come back, when a return for it is reported to us.',
  ),
  canComeWithAward: message<{ count: number }>(
    'Up to {count, plural, one {# Connect} other {# Connects}} can still come back, when a return for it is reported to us, or as the refund in an interview award.',
  ),
  whenReturned: message(
    "The marketplace reports a return when the client's job was cancelled or removed; a proposal that is declined, withdrawn or left without an answer brings none back, and there is no time limit after which it would.",
  ),
  unknown: message<{ id: string }>(
    'Proposal {id} is not one of this account: no Connects were charged for it here, so none come back.',
  ),
  moreRequests: message<{ least: 'yes' | 'no'; count: number; id: string; told: number }>(
    'There are {least, select, yes {at least {count, plural, one {# interview request} other {# interview requests}}} other {{count, plural, one {# interview request} other {# interview requests}}}} about proposal {id}; the first {told, number} are told above.',
  ),
  askLater: message('Ask with --interview ID for a later one.'),
};
