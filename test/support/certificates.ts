/** Certificates of an authority that only one test knows, in a folder of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** Path of the authority's own certificate. */
  readonly ca: string;
  /** Of the authority, for `localhost` and 127.0.0.1. */
  readonly right: Certificate;
  readonly wrongName: Certificate;
  readonly expired: Certificate;
  /** For `localhost`, by nobody but itself. */
  readonly selfSigned: Certificate;
  remove(): void;
}

const OURS = 'DNS:localhost,IP:127.0.0.1';

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'connects-tls-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const KEY = ['-newkey', 'rsa:2048', '-nodes'];
  const own = (name: string, subject: string, ...more: string[]): Certificate => {
    openssl(
      'req',
      '-x509',
      ...KEY,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.pem`),
      '-subj',
      subject,
      '-days',
      '2',
      ...more,
    );
    return { cert: at(`${name}.pem`), key: at(`${name}.key`) };
  };
  const ca = own('ca', '/CN=connects test authority');
  writeFileSync(at('empty'), '');
  const signed = (name: string, names: string, dates: readonly string[]): Certificate => {
    openssl('req', ...KEY, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', '/CN=server');
    writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\n`);
    const request = ['-in', at(`${name}.csr`), '-out', at(`${name}.pem`), '-extfile', at(`${name}.ext`)];
    openssl('x509', '-req', '-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', ...request, ...dates);
    return { cert: at(`${name}.pem`), key: at(`${name}.key`) };
  };
  return {
    ca: ca.cert,
    right: signed('right', OURS, ['-days', '2']),
    wrongName: signed('wrong', 'DNS:other.example.org', ['-days', '2']),
    // Its last day was yesterday.
    expired: signed('expired', OURS, ['-days', '-1']),
    selfSigned: own('self', '/CN=localhost', '-addext', `subjectAltName=${OURS}`),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
