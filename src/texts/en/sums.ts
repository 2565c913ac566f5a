/** Answers: what came and went since a day, and how much of the interview limit was used. */
import { message } from '../message.ts';

export const sums = {
  nothing: message<{ day: string }>('Since {day} no Connects were added, and none were taken off.'),
  added: message<{ day: string; count: number; parts: string }>(
    'Since {day} {count, plural, =0 {no Connects were} one {# Connect was} other {# Connects were}} added{parts}.',
  ),
  takenOff: message<{ count: number; parts: string }>(
    '{count, plural, =0 {None were} one {# Connect was} other {# Connects were}} taken off{parts}.',
  ),
  parts: message<{ all: string }>(': {all}'),

  monthly: message<{ count: number }>('{count, number} monthly'),
  welcome: message<{ count: number }>('{count, number} of welcome'),
  readinessTest: message<{ count: number }>('{count, number} for the Readiness Test'),
  interviews: message<{ count: number }>('{count, number} for interviews'),
  interviewsBack: message<{ count: number }>('{count, number} for interviews (all of it back for proposals)'),
  interviewsPartBack: message<{ count: number; back: number }>(
    '{count, number} for interviews ({back, number} of it back for proposals)',
  ),
  plusStart: message<{ count: number }>('{count, number} with the start of Freelancer Plus'),
  bought: message<{ count: number }>('{count, number} bought'),
  returned: message<{ count: number }>('{count, number} returned'),
  givenBack: message<{ count: number }>('{count, number} given back by correction'),
  correction: message<{ count: number }>('{count, number} by correction'),
  expired: message<{ count: number }>('{count, number} expired'),
  owed: message<{ count: number }>('{count, number} taken back because they were owed'),
  spent: message<{ count: number }>('{count, number} spent'),
  proposals: message<{ count: number }>('{count, number} for proposals'),
  payment: message<{ count: number }>('{count, number} taken back for a failed payment'),
  takenBack: message<{ count: number }>('{count, number} taken back by correction'),

  repliesSince: message<{ day: string; requests: number; count: number }>(
    'For your replies since {day}, {requests, plural, one {# interview request} other {# interview requests}} earned you {count, plural, one {# Connect} other {# Connects}}.',
  ),
  repliesOfLast: message<{ days: number; requests: number; count: number }>(
    'For your replies of the last {days, plural, one {# day} other {# days}}, {requests, plural, one {# interview request} other {# interview requests}} earned you {count, plural, one {# Connect} other {# Connects}}.',
  ),
  fullest: message<{ days: number; moment: string; held: number; most: number }>(
    'The fullest {days, plural, one {# day} other {# days}}, up to {moment}, held {held, number} of at most {most, number}.',
  ),
  longer: message<{ days: number }>(
    'A time of more than {days, plural, one {# day} other {# days}} can hold more.',
  ),
  late: message<{ count: number }>(
    '{count, plural, one {# Connect} other {# Connects}} of what was added since then came for replies that reached us late; the limit counts them by when you replied.',
  ),
  outside: message('Other Connects, such as monthly ones, are outside this limit.'),

  latestOnly: message<{ day: string; count: number; told: number }>(
    'Since {day} {count, number} things were decided about your account. The latest {told, number} of them follow.',
  ),
  askOthers: message(
    'The others are told where they are asked for: by their billing cycle, interview request or proposal.',
  ),
  nothingSince: message<{ day: string }>('Nothing about this happened since {day}.'),
  askBefore: message('Ask without --since for what happened before.'),
};
