/** `npm run -s with-servers -- CMD…`: the command, with the addresses of throw-away servers in its environment. */
import { runCommand } from './servers/run-command.ts';
import { withThrowAwayServers } from './servers/throw-away.ts';

const EXIT_USAGE = 2;

const words = process.argv.slice(2);
const [command, ...args] = words[0] === '--' ? words.slice(1) : words;
if (command === undefined) {
  process.stderr.write('usage: npm run -s with-servers -- COMMAND [ARGUMENT…]\n');
  process.exit(EXIT_USAGE);
}
process.exit(await withThrowAwayServers((setting) => runCommand({ command, args, ...setting })));
