/** The hold of all mail, under both of its spellings: `hold --mail` and `notices hold`. */
import { type UnderWay, holdMail, releaseMail } from '../../operations/mail/change-notices.ts';
import { type Cli, print, printJson } from '../context.ts';
import { requireSchema } from '../require-schema.ts';
import { tellWhereUntaken } from '../sending.ts';
import { counted } from '../words.ts';

interface MailHoldFlags {
  readonly actor?: string;
  readonly reason?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export async function holdAllMail(cli: Cli, flags: MailHoldFlags): Promise<void> {
  await requireSchema(cli.app);
  const change = changeOf(cli, flags);
  const underWay = await holdMail(cli.app, change);
  if (flags.json) return printJson(cli, { held: true, dryRun: change.dryRun, underWay });
  return print(cli, `all mail is held: ${toldUnderWay(underWay, change.dryRun)}${tail(change)}`);
}

export async function releaseAllMail(cli: Cli, flags: MailHoldFlags): Promise<void> {
  await requireSchema(cli.app);
  const change = changeOf(cli, flags);
  await releaseMail(cli.app, change);
  await tellWhereUntaken(cli);
  if (flags.json) return printJson(cli, { held: false, dryRun: change.dryRun });
  return print(cli, `mail flows again${tail(change)}`);
}

const tail = ({ dryRun }: { readonly dryRun: boolean }): string =>
  dryRun ? ' (dry run: nothing changed)' : '';

const changeOf = (cli: Cli, flags: MailHoldFlags) => ({
  actor: flags.actor ?? cli.defaultActor,
  reason: flags.reason ?? null,
  dryRun: flags.dryRun === true,
});

function toldUnderWay({ count, left, leaving }: UnderWay, dryRun: boolean): string {
  if (count === 0) return 'nothing was on its way';
  const were = `${counted(count, 'notice')} ${count === 1 ? 'was' : 'were'} on the way`;
  if (dryRun) return were;
  const still = 'still with the mail server ("connects notices list --state sending")';
  return `${were}; ${left} left all the same, ${leaving > 0 ? `${leaving} ${still}, ` : ''}${count - left - leaving} wait`;
}
