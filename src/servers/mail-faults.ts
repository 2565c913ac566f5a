/** Mail servers, by the code of a reply; by that of the mail library only where there was no reply. */
import { BROKE, NO_ANSWER, UNKNOWN_HOST } from './connection-faults.ts';
import { AGAIN, ELSEWHERE, type ServerFault, faults } from './fault.ts';

const LOGIN = 'The mail server refuses user or password: check both in SMTP_URL.';
const OTHER_LOGIN =
  'The mail server wants another way of signing in: use smtps://, or a password of its own for this use.';
const SENDER =
  'The mail server does not send for this sender: set CONNECTS_MAIL_FROM to an address that it sends for.';
const REFUSES_US =
  'The mail server refuses whatever comes from us, and its words say why: correct SMTP_URL or CONNECTS_MAIL_FROM, or ask ' +
  'whoever runs it.';

/** By the enhanced code of a reply (RFC 3463), or by its code. */
export const SMTP_FAULTS: readonly ServerFault[] = [
  ...faults('configuration', LOGIN, {
    535: 'login refused',
    '5.7.8': 'login refused',
  }),
  ...faults('configuration', 'The mail server wants a login: give user and password in SMTP_URL.', {
    530: 'a login is wanted',
  }),
  ...faults('configuration', OTHER_LOGIN, {
    534: 'the login is too weak',
    '5.7.9': 'the login is too weak',
    538: 'the login wants TLS',
    '5.7.11': 'the login wants TLS',
  }),
  ...faults('configuration', SENDER, {
    '5.1.7': 'the sender’s address is refused',
    '5.1.8': 'the sender’s domain is refused',
  }),
  ...faults('server-refuses', AGAIN, { 421: 'not available for now', 454: 'no login for now' }),
  // By as much of the code as tells it, where a refusal is the same whoever a letter is for.
  ...faults('server-refuses', AGAIN, {
    '4yz': 'any other refusal, for now',
    '5.3.z': 'trouble of the mail system',
    '5.4.z': 'trouble of the network, or a quota',
  }),
  ...faults('configuration', REFUSES_US, { '5yz': 'any other refusal, for good' }),
];

/** By the code of the mail library. */
export const MAIL_LIBRARY_FAULTS: readonly ServerFault[] = [
  ...faults('configuration', LOGIN, { EAUTH: 'login refused' }),
  ...faults('configuration', ELSEWHERE, { EPROTOCOL: 'something else answers' }),
  ...faults('server-away', UNKNOWN_HOST, { EDNS: 'unknown host' }),
  ...faults('server-away', NO_ANSWER, { ECONNECTION: 'no connection' }),
  ...faults('server-away', BROKE, { ESOCKET: 'the connection broke' }),
];
