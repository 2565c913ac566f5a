/**
 * docs/openapi.json, generated from the schemas of /v1. `npx tsx scripts/check/openapi.ts` writes it; `--check` compares,
 * and exits 1 when the file is not what the schemas make, or what they make is no OpenAPI 3.1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { format, resolveConfig } from 'prettier';
import { openApiDocument } from '../../src/console/api/openapi.ts';

const FILE = join(import.meta.dirname, '../../docs/openapi.json');

const style = await resolveConfig(FILE);
const made = await format(JSON.stringify(openApiDocument()), { ...style, parser: 'json' });
if (process.argv.includes('--check')) {
  const faults: string[] = [];
  if (readFileSync(FILE, 'utf8') !== made)
    faults.push('docs/openapi.json is not what the schemas make: run scripts/check/openapi.ts');
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(made) as Record<string, unknown>);
  if (!valid || validator.version !== '3.1') faults.push(`this is no OpenAPI 3.1: ${JSON.stringify(errors)}`);
  for (const one of faults) process.stderr.write(`${one}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} else writeFileSync(FILE, made);
