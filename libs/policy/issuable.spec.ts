import { describe, expect, it } from 'vitest';
import { parseGrant, rights, startFault } from './index.js';

const refusal = (...urls: string[]): string | undefined => {
  try {
    rights(parseGrant({ urls }));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('what no new grant may have', () => {
  it('more than 64 KiB of paths, however few permissions they need', () => {
    const path = (length: number, i = 0) => `/api/v1/namespaces/ns/pods/p/log/${i}/`.padEnd(length, 'x');
    const full = Array.from({ length: 32 }, (_, i) => path(2048, i));
    expect(refusal(...full)).toBeUndefined();
    expect(refusal(...full.slice(1), path(2047), '/a')).toBe(
      'urls: at most 65536 characters in all: use fewer or shorter paths, such as /api/v1/*',
    );
  });

  it.each<[string, string]>([
    ['/apis/apps/V1/namespaces/ns/deployments', 'V1'],
    ['/apis/apps/v1.x/deployments', 'v1.x'],
    ['/apis/apps/v1-/deployments', 'v1-'],
    ['/apis/apps/1v', '1v'],
    ['/apis/apps/v_1/*', 'v_1'],
    ['/apis/apps/V1/deploy*', 'V1'],
    ['/api/V1/pods', 'V1'],
    ['/api/V1/*', 'V1'],
    ['/api/%20v1/pods', ' v1'],
  ])('a path with a version that no API has: %s', (url, version) => {
    const message = `urls: "${url}": "${version}" is not the version of an API: write v1, or another one such as v1beta1`;
    expect(refusal(url)).toBe(message);
  });

  it.each([
    ...['*', '/*', '/a*', '/api*', '/api', '/api/*', '/api/v*', '/api/v1', '/api/v1*', '/api/v1/*', '/api/v10/pods'],
    ...['/apis', '/apis/*', '/apis/apps', '/apis/apps*', '/apis/apps/*', '/apis/apps/v1b*', '/apis/apps/v1beta2/*'],
    ...['/apis/apps/v2alpha11', '/apis/apps/v1/deployments', '/version', '/healthz/V1/x', '/apix/V1/pods'],
    ...['/apis/storage.azure.com/v1api20210401/namespaces/ns/storageaccounts', '/apis/example.com/stable/*'],
  ])('%s may be given', (url) => {
    expect(refusal(url)).toBeUndefined();
  });
});

it('a new grant begins within 366 days', () => {
  const created = Date.parse('2030-01-01T12:00:00Z');
  const message =
    'spec.from is more than a year (366 days) after the GateToken was created: use 2031-01-02T12:00:00Z or an earlier time.';
  expect(startFault(Date.parse('2031-01-02T12:00:01Z'), created)).toBe(message);
  expect(startFault(Date.parse('9999-01-02T12:00:01Z'), created)).toBe(message);
  expect(startFault(Date.parse('2031-01-02T12:00:00.999Z'), created)).toBeUndefined();
  expect(startFault(created, created)).toBeUndefined();
  expect(startFault(NaN, created)).toBeUndefined();
});
