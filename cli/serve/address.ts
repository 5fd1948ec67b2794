/** Where the server is reached, and by which names it is meant. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { messageOf, TouchstoneError } from '../../common/errors.js';

export const loopback = '127.0.0.1';

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Host names and addresses that it is for. */
  readonly names: readonly string[];
}

/**
 * The address that `--lan` asks for.
 *
 * @param asked an address of this machine; true for the first
 * @throws TouchstoneError('usage') where the machine has no such address
 */
export function lanAddress(asked: string | true, interfaces = networkInterfaces()): string {
  const addresses = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  const found = asked === true ? addresses[0] : addresses.find((address) => address === asked);
  if (found !== undefined) return found;
  const what =
    asked === true ? 'this machine has no address in a network' : `${asked} is no address of this machine`;
  throw new TouchstoneError('usage', what, {
    hint: addresses.length > 0 ? `it has ${addresses.join(', ')}` : 'leave --lan out',
  });
}

/** @throws TouchstoneError('usage') where only one of the two is given, or they cannot be read */
export function readCertificate(cert: string | undefined, key: string | undefined): Certificate | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new TouchstoneError('usage', '--cert and --key belong together', { hint: 'give both files' });
  }
  try {
    const pem = readFileSync(cert);
    return { cert: pem, key: readFileSync(key), names: namesOf(new X509Certificate(pem)) };
  } catch (cause) {
    throw new TouchstoneError('usage', `the certificate ${cert} cannot be read: ${messageOf(cause)}`, {
      hint: 'give a certificate and its key as PEM files, such as mkcert or openssl make them',
      cause,
    });
  }
}

/** `DNS:example.lan, IP Address:192.168.1.2` */
function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = '']) => name);
}

/** What a browser can call this server: a name that leads elsewhere may be made to lead here (DNS rebinding). */
export function ownNames(address: string, certificate: Certificate | undefined): ReadonlySet<string> {
  // A port that is forwarded is called localhost where it begins.
  return new Set([address, loopback, 'localhost', '[::1]', ...(certificate?.names ?? [])]);
}

/** Whether a request is meant for one of these names, and no page of another origin sends it. */
export function isMeant(
  names: ReadonlySet<string>,
  { host, origin }: { readonly host?: string | undefined; readonly origin?: string | undefined },
): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  if (!names.has(new URL(`http://${host}`).hostname)) return false;
  return origin === undefined || origin.replace(/^https?:\/\//, '') === host;
}

/** The name to print: one that the certificate is for, where there is one. */
export function printedName(address: string, certificate: Certificate | undefined): string {
  if (!certificate || certificate.names.includes(address)) return address;
  return certificate.names.find((name) => !name.includes('*')) ?? address;
}
