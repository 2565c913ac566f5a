/** Programs that check what lies in `deploy`: the machine's own, or Debian's, unpacked into a folder when first asked for. */
import { aptCanInstall, aptInstall } from './apt-install.ts';
import { findProgram } from './program-path.ts';
import { SetupError } from './setup-error.ts';
import { canUnpack, unpackedProgram, unpackProgram, type SidProgram } from './sid-packages.ts';

const unpacked = (name: string, version = '--version'): SidProgram => ({
  name,
  packageName: name,
  program: name,
  moreArguments: '',
  version,
});
const KUSTOMIZE = unpacked('kustomize', 'version');
/** Checks rules, and plays them on series. */
const PROMTOOL = unpacked('promtool');
const PROMETHEUS = unpacked('prometheus');

export const locateKustomize = (): Promise<string> => locate(KUSTOMIZE);
export const locatePromtool = (): Promise<string> => locate(PROMTOOL);
export const locatePrometheus = (): Promise<string> => locate(PROMETHEUS);

/** Part of systemd, which itself need not run. @throws SetupError (exit 75) where there is none and none can be had */
export async function locateSystemdAnalyze(): Promise<string> {
  const name = 'systemd-analyze';
  if (findProgram(name) === undefined && process.env['CONNECTS_NO_INSTALL'] !== '1' && aptCanInstall())
    await aptInstall(['systemd']);
  const found = findProgram(name);
  if (found === undefined) throw new SetupError(`missing on this machine: ${name}, which is part of systemd`);
  return found;
}

/** @throws SetupError (exit 75) where there is none and none can be had */
async function locate(tool: SidProgram): Promise<string> {
  const there = findProgram(tool.program) ?? unpackedProgram(tool);
  if (there !== undefined) return there;
  if (process.env['CONNECTS_NO_INSTALL'] === '1' || !canUnpack())
    throw new SetupError(
      `missing on this machine: ${tool.program}. Debian unpacks its own by itself; elsewhere: brew install ${tool.program}`,
    );
  await unpackProgram(tool);
  return unpackedProgram(tool) as string;
}
