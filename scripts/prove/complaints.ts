/**
 * `npm run prove -- complaints`: how many complaints are answered by one command, asked with what the complainer has.
 * `--name NAME` prints that one's answers in full.
 */
import { parseArgs } from 'node:util';
import { askAll, readComplaints } from '../../test/support/complaints.ts';
import { installAt } from '../../test/support/story-time.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';

const { values } = parseArgs({ options: { name: { type: 'string' } } });

async function proveComplaints(): Promise<boolean> {
  const story = await installAt('2021-02-01');
  const complaints = readComplaints().filter((one) => values.name === undefined || one.name === values.name);
  let answered = 0;
  let ways = 0;
  let waysAnswered = 0;
  for (const complaint of complaints) {
    const asked = await askAll(story, complaint);
    const good = asked.filter((one) => one.missing.length === 0);
    ways += asked.length;
    waysAnswered += good.length;
    if (good.length === asked.length) answered += 1;
    print(`${String(complaint.kind).padStart(2)}  ${good.length} of ${asked.length}  ${complaint.name}`);
    for (const { ask, missing, output } of asked) {
      for (const one of missing) print(`            ${ask}: ${one}`);
      if (values.name !== undefined) print(output);
    }
  }
  await story.installation.remove();
  print(
    `complaints answered: ${answered} of ${complaints.length}; ways of asking: ${waysAnswered} of ${ways}`,
  );
  return answered === complaints.length;
}

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

process.exitCode = await withThrowAwayServers(async ({ env }) => {
  Object.assign(process.env, env);
  return (await proveComplaints()) ? 0 : 1;
});
setTimeout(() => process.exit(), 500).unref();
