/** MariaDB and MySQL, by errno: the drivers' names for them differ between the two, and mysql2 misnames some. */
import { AGAIN, LOGIN, type ServerFault, faults } from './fault.ts';

const RIGHTS =
  '"connects migrate" grants what the user needs; "connects migrate --print-grants" prints it for an administrator.';
const DROPS = { drops: true };

export const DATABASE_FAULTS: readonly ServerFault[] = [
  ...faults('row', '"connects failures list" says whose row it is.', {
    1048: 'NULL where none may be',
    1062: 'duplicate key',
    1216: 'foreign key',
    1217: 'foreign key',
    1264: 'out of range',
    1265: 'data truncated',
    1292: 'incorrect value',
    1364: 'no default',
    1365: 'division by zero',
    1366: 'incorrect value for a column',
    1406: 'too long',
    1411: 'incorrect value',
    1451: 'foreign key',
    1452: 'foreign key',
    1525: 'incorrect value',
    1526: 'no partition for a value',
    1644: 'refused by a trigger',
    1690: 'out of range',
    3819: 'a CHECK is violated (MySQL)',
    4025: 'a CHECK is violated (MariaDB)',
  }),
  ...faults('replay', 'Nothing: the transaction is run anew by itself.', {
    1020: 'record has changed since last read',
    1205: 'lock wait timeout',
    1213: 'deadlock',
    1412: 'table definition has changed',
  }),
  ...faults(
    'server-refuses',
    'The server is read-only: give the address of the primary.',
    {
      1290: 'read-only',
      1792: 'read-only transaction',
      1836: 'read-only mode',
      3100: 'refused by replication',
    },
    DROPS,
  ),
  ...faults(
    'server-refuses',
    'The server is shutting down, or somebody ended the connection there: try again.',
    { 1053: 'shutdown in progress', 1927: 'the connection was killed', 4031: 'closed for inactivity' },
    DROPS,
  ),
  ...faults(
    'server-refuses',
    AGAIN,
    {
      1047: 'not prepared for queries',
      1152: 'aborted connection',
      1158: 'network error',
      1159: 'network timeout',
      1160: 'network error',
      1161: 'network timeout',
      1184: 'aborted connection',
    },
    DROPS,
  ),
  ...faults(
    'server-refuses',
    'The server is in offline mode: SET GLOBAL offline_mode = OFF there.',
    { 3032: 'offline mode' },
    DROPS,
  ),
  ...faults(
    'server-refuses',
    'The proxy finds no database behind it: look there.',
    { 9001: 'a proxy reaches no server' },
    DROPS,
  ),
  // Fewer rows at once are no larger than a packet.
  ...faults('row', 'Raise max_allowed_packet there, to 16 MiB or more.', { 1153: 'packet too large' }, DROPS),
  ...faults(
    'server-refuses',
    'Too many connections: lower CONNECTS_DATABASE_POOL, or raise max_connections there.',
    {
      1040: 'too many connections',
    },
  ),
  ...faults(
    'server-refuses',
    'Too many connections: lower CONNECTS_DATABASE_POOL, or raise max_user_connections there.',
    { 1203: 'too many connections of this user', 1226: 'a limit of this user is reached' },
  ),
  ...faults(
    'server-refuses',
    'The server has blocked this machine after many broken connections: FLUSH HOSTS there.',
    { 1129: 'this machine is blocked' },
  ),
  ...faults('server-refuses', AGAIN, {
    1030: 'storage engine error',
    1206: 'too many locks',
    1317: 'interrupted',
    1969: 'max_statement_time exceeded',
    3024: 'max_execution_time exceeded',
  }),
  ...faults('server-refuses', 'The server has run out of room: make room on its disk.', {
    1021: 'disk full',
    1026: 'cannot write',
    1114: 'table is full',
  }),
  ...faults('server-refuses', 'The server has run out of memory: give it more.', {
    1037: 'out of memory',
    1038: 'out of sort memory',
    1041: 'out of memory',
  }),
  ...faults('server-refuses', 'The schema is not this version\'s: run "connects migrate".', {
    1054: 'unknown column',
    1146: 'no such table',
  }),
  ...faults('configuration', LOGIN, { 1045: 'access denied', 1698: 'access denied' }),
  // A right that is given meanwhile may count for new connections only.
  ...faults(
    'configuration',
    `The user may not use that database. ${RIGHTS}`,
    { 1044: 'no right to the database' },
    DROPS,
  ),
  ...faults(
    'configuration',
    `The user lacks a right. ${RIGHTS}`,
    {
      1142: 'no right to a table',
      1143: 'no right to a column',
      1227: 'a privilege is missing',
      1370: 'no right to a routine',
    },
    DROPS,
  ),
  ...faults(
    'configuration',
    'Create the database (CREATE DATABASE …), or correct its name in the address; then run "connects migrate".',
    { 1049: 'unknown database' },
  ),
  ...faults('configuration', 'No database or user can have that name: correct it in the address.', {
    1059: 'a name is too long',
    1102: 'no name for a database',
    1470: 'a name is too long',
  }),
  ...faults(
    'configuration',
    'The server does not let this machine in: check for which host the user was created.',
    { 1130: 'this machine is not let in' },
  ),
  ...faults(
    'configuration',
    'The user signs in by a way that does not work here: ALTER USER … IDENTIFIED BY … there.',
    { 1251: 'unknown way to sign in', 1524: 'unknown plugin' },
  ),
  ...faults(
    'configuration',
    'The password has expired: ALTER USER … IDENTIFIED BY … there, and correct the address.',
    { 1820: 'the password must be reset', 1862: 'the password has expired' },
  ),
  ...faults('configuration', 'The user is locked: ALTER USER … ACCOUNT UNLOCK there.', {
    3118: 'account is locked (MySQL)',
    4151: 'account is locked (MariaDB)',
  }),
  ...faults('configuration', 'The server takes TLS only: add ?ssl=true to the address.', {
    3159: 'TLS is required',
  }),
];
