/** Which database the tests run on, as `npm test` says. */
import { PRODUCT_NAMES, chosenServers } from '../../scripts/servers/server-choice.ts';

const { database = 'mariadb' } = chosenServers(process.env);

export const onMysql = database === 'mysql';

/**
 * Tests of what one product alone has: skipped on the other, and counted so.
 * @param why completes what they are called, for example `has a setting for it`
 */
export function describeOnlyOn(product: typeof database, why: string, tests: () => void): void {
  const name = `${PRODUCT_NAMES[product]}, which alone ${why}:`;
  if (database === product) describe(name, tests);
  else describe.skip(name, tests);
}
