/** Connections and TLS, of whichever server, by the code that Node gives. */
import { ELSEWHERE, type ServerFault, faults } from './fault.ts';

export const UNKNOWN_HOST = 'That host name is not known: is the address right?';
export const NO_ANSWER =
  'There is no answer: is {server} up, and does every firewall on the way let this machine through?';
export const BROKE = 'The connection broke: is {server} restarting? Try again.';

export const CONNECTION_FAULTS: readonly ServerFault[] = [
  ...faults('server-away', 'Nothing listens there: is {server} running, and is the address right?', {
    ECONNREFUSED: 'nothing listens',
  }),
  ...faults('server-away', 'There is no such socket: is {server} running, and is the path right?', {
    ENOENT: 'no such socket',
  }),
  ...faults('configuration', 'This user may not use that socket: check its permissions.', {
    EACCES: 'no right to the socket',
  }),
  ...faults('server-away', UNKNOWN_HOST, { ENOTFOUND: 'unknown host', EAI_AGAIN: 'unknown host' }),
  ...faults('server-away', NO_ANSWER, {
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'no way there',
    ENETUNREACH: 'no way there',
    EHOSTDOWN: 'no answer',
    ENETDOWN: 'no network',
  }),
  ...faults('server-away', BROKE, {
    ECONNRESET: 'the connection broke',
    EPIPE: 'the connection broke',
    ECONNABORTED: 'the connection broke',
    PROTOCOL_CONNECTION_LOST: 'the connection broke',
  }),
  ...faults(
    'server-away',
    '{server} hangs, or somebody holds a lock there: look at what runs (SHOW FULL PROCESSLIST).',
    { STATEMENT_TIMEOUT: 'a statement got no answer in time' },
  ),
  ...faults(
    'configuration',
    'Let sessions be set: no proxy between us and the server may share or reset them.',
    { SESSION_NOT_SET: 'the session does not keep its settings' },
  ),
  ...faults('configuration', ELSEWHERE, { ANOTHER_SERVER: 'something else listens there' }),
  ...faults('server-away', 'Every connection of this process waits: {server} is slow, or hangs.', {
    POOL_TIMEOUT: 'no connection came free in time',
  }),
];

const AUTHORITY =
  'Nobody known here vouches for the certificate of {server}: have one made by a public authority, or name the file ' +
  'of your own: ?ssl-ca=/path/ca.pem.';
const NO_TLS = '{server} has no TLS at that port: turn it on there, or leave it out of the address.';

/** A certificate is always compared with the name in the address. */
export const TLS_FAULTS: readonly ServerFault[] = [
  ...faults(
    'configuration',
    'The certificate is for another name: use a name that stands in it, or have one made for this name.',
    {
      ERR_TLS_CERT_ALTNAME_INVALID: 'certificate of another name',
      HOSTNAME_MISMATCH: 'certificate of another name',
    },
  ),
  ...faults('configuration', 'The certificate of {server} has expired: have it renewed there.', {
    CERT_HAS_EXPIRED: 'certificate has expired',
  }),
  ...faults(
    'configuration',
    'The certificate of {server} is not valid yet: is the clock of this machine right?',
    { CERT_NOT_YET_VALID: 'certificate is not valid yet' },
  ),
  ...faults('configuration', 'The certificate of {server} is revoked: have it replaced there.', {
    CERT_REVOKED: 'certificate is revoked',
  }),
  ...faults('configuration', AUTHORITY, {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
    SELF_SIGNED_CERT_IN_CHAIN: 'authority that is not known here',
    UNABLE_TO_GET_ISSUER_CERT: 'authority that is not known here',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'authority that is not known here',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'authority that is not known here',
    CERT_UNTRUSTED: 'authority that is not known here',
    CERT_SIGNATURE_FAILURE: 'signature that is not right',
    INVALID_CA: 'an authority that is none',
  }),
  ...faults('configuration', NO_TLS, {
    HANDSHAKE_NO_SSL_SUPPORT: 'the server has no TLS',
    ERR_SSL_WRONG_VERSION_NUMBER: 'the server has no TLS',
    ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server has no TLS',
    ETLS: 'the mail server offers no TLS',
  }),
  ...faults(
    'configuration',
    '{server} takes nobody without TLS at that port: ask for it in the address, ?ssl=true.',
    {
      TLS_ONLY: 'the server takes TLS only',
    },
  ),
  ...faults('configuration', 'TLS with {server} failed: look into its log.', {
    HANDSHAKE_SSL_ERROR: 'TLS failed',
  }),
];
