/** Grants as servers spell them. */
import { parseGrant } from '../../src/db/surplus-rights.ts';

test.each([
  ["GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AB'", ['USAGE'], null, null],
  [
    'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION',
    ['ALL PRIVILEGES', 'GRANT OPTION'],
    null,
    null,
  ],
  ['GRANT BINLOG_ADMIN,FLUSH_TABLES ON *.* TO `a`@`%`', ['BINLOG_ADMIN', 'FLUSH_TABLES'], null, null],
  ['GRANT SELECT, INSERT ON `connects`.`entries` TO `a`@`%`', ['SELECT', 'INSERT'], 'connects', 'entries'],
  ['GRANT UPDATE (`amount`, `kind`) ON `c`.`entries` TO `a`@`%`', ['UPDATE'], 'c', 'entries'],
  ['GRANT CREATE TEMPORARY TABLES ON `my\\_db`.* TO `a`@`%`', ['CREATE TEMPORARY TABLES'], 'my\\_db', null],
])('%s', (line, rights, database, table) => {
  expect(parseGrant(line)).toEqual([{ rights, database, table }]);
});

test('what gives a role names no table', () => {
  expect(parseGrant('GRANT `keeper` TO `a`@`%`')).toEqual([]);
  expect(parseGrant("GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION")).toEqual([]);
});
