/** Answers: what replies to interview requests earned, or why they earned nothing. */
import { message } from '../message.ts';

export const interviews = {
  noRequest: message<{ id: string }>(
    'there was no interview request {id} at that time, so there was nothing to award',
  ),
  noRequestLate: message<{ id: string }>(
    'there was no interview request {id} when it was decided, so there was nothing to award',
  ),
  invite: message(
    'the client invited you, and there was no proposal of yours, so there was nothing to award',
  ),
  unknownProposal: message<{ proposal: string }>('proposal {proposal} is not one of this account'),
  inactive: message<{ status: string }>('your account was {status} at that time'),
  inactiveLate: message<{ status: string }>('your account was {status} when it was decided'),
  awardedBySame: message<{ proposal: string }>(
    'proposal {proposal} had earned its award before, with an earlier reply to the same request',
  ),
  awardedByOther: message<{ proposal: string; interview: string }>(
    'proposal {proposal} had earned its award before, with interview request {interview}',
  ),
  beforeProgram: message<{ day: string }>('the program started later, on {day}'),
  ended: message<{ day: string }>('under the terms of {day} interview requests no longer earn Connects'),
  decidedSo: message('it was decided so'),
  closedBy: message<{ interview: string; proposal: string }>(
    'interview request {interview} about the same proposal, {proposal}, met a full weekly limit before, and that closed the proposal for awards',
  ),
  window: message<{ days: number; upTo: string; held: number; most: number }>(
    'in the {days, plural, one {# day} other {# days}}{upTo} you had been awarded {held, number} of at most {most, number} Connects for interviews',
  ),
  windowLate: message<{ days: number; upTo: string; held: number; most: number }>(
    'it lies within the {days, plural, one {# day} other {# days}}{upTo}, for which you had been awarded {held, number} of at most {most, number} Connects for interviews when it was decided, also for later replies that had reached us before it',
  ),
  upTo: message<{ moment: string }>(' up to {moment}'),
  refused: message<{ id: string; day: string; reason: string }>(
    'Your reply to interview request {id} on {day} earned no Connects: {reason}.',
  ),
  earned: message<{ id: string; day: string; count: number }>(
    'Your reply to interview request {id} on {day} earned {count, plural, one {# Connect} other {# Connects}}.',
  ),
  earnedPart: message<{ id: string; day: string; count: number; reason: string }>(
    'Your reply to interview request {id} on {day} earned {count, plural, one {# Connect} other {# Connects}}: {reason}, so that was the room left.',
  ),
  earnedPartOf: message<{ id: string; day: string; count: number; whole: number; reason: string }>(
    'Your reply to interview request {id} on {day} earned {count, plural, one {# Connect} other {# Connects}} instead of {whole, number}: {reason}, so that was the room left.',
  ),
  allRefund: message<{ proposal: string }>(
    'All of it is a refund: so much of what proposal {proposal} had cost came back, and nothing was added on top.',
  ),
  twoLines: message<{ refund: number; proposal: string; rest: number }>(
    'Your history shows this one award on two lines: {refund, number} back for proposal {proposal} and {rest, number} on top.',
  ),
  addedAsOf: message<{ day: string }>(
    'so the Connects were added as of {day}, and count for the weekly limit by when you replied',
  ),
  countsByReply: message('and counts for the weekly limit by when you replied'),

  thisNoMore: message('This proposal can earn no award any more.'),
  anotherCan: message('An interview request about another proposal can.'),
  roomNow: message<{ moment: string; days: number }>(
    'For another proposal there is room from {moment}, when the oldest of these awards is {days, plural, one {# day} other {# days}} old.',
  ),
  roomSince: message<{ moment: string; days: number }>(
    'For another proposal there was room from {moment}, when the oldest of these awards was {days, plural, one {# day} other {# days}} old.',
  ),
  sendProposal: message(
    'Send a proposal: an interview request about it can earn an award when you reply to it.',
  ),
  restNotLater: message('This proposal has earned its award; the rest is not added later.'),
  replyOnceRequested: message(
    'If the request is recorded after all, reply to it again: it is then decided anew.',
  ),
  onceProposed: message('Once the proposal is recorded, a reply to the same request is decided anew.'),
  whileActive: message<{ status: string }>(
    'A reply to the same request is decided anew while your account is active; it is {status} now.',
  ),
  anotherEarns: message('An interview request about another proposal can earn its own award.'),
  noneAhead: message('By the terms that are known today, interview requests earn no Connects any more.'),
  onlyWhileActive: message<{ promise: string; status: string }>(
    '{promise} That holds only while your account is active; it is {status} now.',
  ),
};
