/** Names by which the server is meant, and addresses at which it listens. */
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  type Certificate,
  isMeant,
  lanAddress,
  ownNames,
  printedName,
  readCertificate,
} from '../../../cli/serve/address.js';

const certificate: Certificate = {
  cert: Buffer.of(),
  key: Buffer.of(),
  names: ['*.example.lan', 'bench.example.lan'],
};

describe('a request is meant for the server', () => {
  const names = ownNames('192.168.1.2', undefined);
  it.each([
    [{ host: '192.168.1.2:8000' }, true],
    // A forwarded port has another number where it begins.
    [{ host: 'localhost:9999' }, true],
    [{ host: '127.0.0.1:8000', origin: 'http://127.0.0.1:8000' }, true],
    [{ host: 'bench.example.lan:8000' }, false],
    [{ host: 'evil.example:8000' }, false],
    [{ host: '127.0.0.1:8000', origin: 'http://evil.example' }, false],
    [{ host: '127.0.0.1:8000', origin: 'http://127.0.0.1:8001' }, false],
    [{ host: '127.0.0.1:8000', origin: 'null' }, false],
    [{ host: '[' }, false],
    [{}, false],
  ])('%o: %s', (headers, expected) => expect(isMeant(names, headers)).toBe(expected));

  it('by the names of its certificate too', () => {
    expect(isMeant(ownNames('10.0.0.1', certificate), { host: 'bench.example.lan' })).toBe(true);
  });
});

it('prints a name that the certificate is for', () => {
  expect(printedName('10.0.0.1', certificate)).toBe('bench.example.lan');
  expect(printedName('10.0.0.1', { ...certificate, names: ['10.0.0.1'] })).toBe('10.0.0.1');
  expect(printedName('10.0.0.1', undefined)).toBe('10.0.0.1');
});

describe('--lan', () => {
  const one = (address: string, family: 'IPv4' | 'IPv6', internal: boolean) =>
    ({ address, family, internal }) as NetworkInterfaceInfo;
  const interfaces = {
    lo: [one('127.0.0.1', 'IPv4', true)],
    eth0: [one('fe80::1', 'IPv6', false), one('192.168.1.2', 'IPv4', false), one('10.0.0.7', 'IPv4', false)],
  };

  it('is the first address of the machine in a network, or the one that is given', () => {
    expect(lanAddress(true, interfaces)).toBe('192.168.1.2');
    expect(lanAddress('10.0.0.7', interfaces)).toBe('10.0.0.7');
  });

  it('says which there are where that is none', () => {
    expect(() => lanAddress('10.0.0.8', interfaces)).toThrow('10.0.0.8 is no address of this machine');
    expect(() => lanAddress(true, { lo: interfaces.lo })).toThrow('no address in a network');
  });
});

describe('--cert and --key', () => {
  it('belong together', () => {
    expect(readCertificate(undefined, undefined)).toBeUndefined();
    expect(() => readCertificate('a.pem', undefined)).toThrow('belong together');
  });

  it('are refused in one line where they cannot be read', () => {
    expect(() => readCertificate('/nowhere/a.pem', '/nowhere/b.pem')).toThrow(
      /^the certificate \/nowhere\/a\.pem cannot be read: .*ENOENT/,
    );
  });
});
