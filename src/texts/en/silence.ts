/** Answers: what nothing came of yet, requests without a reply and proposals without a request; what came back of those. */
import { message } from '../message.ts';

export const silence = {
  invited: message<{ day: string; id: string }>(
    'The client invited you on {day} (interview request {id}). There was no proposal of yours, so there was nothing to award.',
  ),
  asked: message<{ proposal: string; day: string; id: string }>(
    'The client wrote to you about proposal {proposal} on {day} (interview request {id}).',
  ),
  notReplied: message('You have not replied yet, so nothing has been awarded.'),
  replyKept: message<{ day: string }>(
    'Your reply of {day} is kept and not counted yet, so nothing has been awarded.',
  ),
  invitedOften: message<{ count: number; names: string }>(
    'Clients invited you {count, plural, one {# time} other {# times}} without a proposal of yours, so there was nothing to award: {names}.',
  ),
  manyNotReplied: message<{ count: number; names: string }>(
    '{count, plural, one {# interview request has} other {# interview requests have}} no reply of yours yet, so nothing has been awarded for them: {names}.',
  ),
  manyKept: message<{ count: number; names: string }>(
    'Your replies to {count, plural, one {# interview request} other {# interview requests}} are kept and not counted yet, so nothing has been awarded: {names}.',
  ),
  dated: message<{ id: string; day: string }>('{id} ({day})'),
  datedAbout: message<{ id: string; proposal: string; day: string }>(
    '{id} about proposal {proposal} ({day})',
  ),
  andEarlier: message<{ names: string; count: number }>(
    '{names} and {count, plural, one {# earlier one} other {# earlier ones}} (--json names them)',
  ),
  oneTogether: message('Requests about the same proposal earn one award together.'),
  shareRoom: message<{ room: number; when: 'now' | 'then' }>(
    'They share the room in the limit, {room, number} {when, select, now {now} other {then}}: a reply that finds none left earns none, and its proposal can then never earn an award.',
  ),
  noRequest: message<{ proposals: string }>(
    'No interview request of a client is recorded for {proposals}, so there was nothing to award. A straight offer, a hire without an interview request, is not recorded and earns none.',
  ),
  ofOne: message<{ name: string }>('proposal {name}'),
  ofMany: message<{ count: number; names: string }>(
    '{count, plural, one {# proposal} other {# proposals}}: {names}',
  ),
  moreRequests: message<{ count: number; listed: number }>(
    'There are {count, number} interview requests without a reply; the latest {listed, number} are told above.',
  ),
  moreProposals: message<{ count: number; listed: number }>(
    'There are {count, number} proposals without an interview request; the latest {listed, number} are told above.',
  ),
  askRequest: message('Ask with --interview ID for an earlier one.'),
  askProposal: message('Ask with --proposal ID for an earlier one.'),
  earlierRequests: message<{ count: number; day: string }>(
    '{count, plural, one {# interview request of before {day} has} other {# interview requests of before {day} have}} no reply of yours either.',
  ),
  askEarlier: message<{ count: number }>('Ask without --since for {count, plural, one {it} other {them}}.'),

  spentOnOne: message<{ count: number; proposal: string }>(
    'You spent {count, plural, one {# Connect} other {# Connects}} on proposal {proposal}.',
  ),
  spentOnMany: message<{ count: number; proposals: number }>(
    'You spent {count, plural, one {# Connect} other {# Connects}} on these {proposals, plural, one {# proposal} other {# proposals}}.',
  ),
  noneBack: message('None came back: no return has been reported to us.'),
  back: message<{ count: number; all: string }>('{count, number} came back: {all}.'),
  backPart: message<{ count: number; proposal: string; day: string }>(
    '{count, number} for {proposal} on {day}',
  ),
  moreReturns: message<{ count: number }>('{count, plural, one {# more return} other {# more returns}}'),
  allBack: message('Nothing more can come back.'),
  left: message<{ count: number; which: string }>(
    'The {count, plural, one {one left{which} comes back only when the marketplace returns it} other {# left{which} come back only when the marketplace returns them}}.',
  ),
  which: message<{ ids: string }>(' ({ids})'),
};
