/** Where this machine's npm finds packages, for a build that sees nothing of the machine. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly } from './base-image.ts';

const INSIDE = '/usr/local/etc/npmrc';
const AUTHORITIES = '/run/npm-authorities.pem';

/** @returns arguments of `buildah build` that lend its steps the registry, and whom to trust; nothing of it stays in the image */
export async function npmVolumes(folder: string): Promise<string[]> {
  const ask = async (name: string): Promise<string> => (await quietly('npm', ['config', 'get', name])).trim();
  const [registry, authorities] = [await ask('registry'), await ask('cafile')];
  const hasAuthorities = authorities !== 'null' && authorities !== '';
  const file = join(folder, 'npmrc');
  const lines = [`registry=${registry}`, ...(hasAuthorities ? [`cafile=${AUTHORITIES}`] : [])];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const volumes = [`${file}:${INSIDE}:ro`, ...(hasAuthorities ? [`${authorities}:${AUTHORITIES}:ro`] : [])];
  return volumes.flatMap((one) => ['--volume', one]);
}
