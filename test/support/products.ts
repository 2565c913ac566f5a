/** Which database the tests run on, as `npm test` says. */
import { chosenServers } from '../../scripts/servers/server-choice.ts';

export const onMysql = chosenServers(process.env).database === 'mysql';
