import { describe, expect, it } from 'vitest';
import { domainHardware, hardwareOf } from './domain.js';

describe('hardware', () => {
  it('has a screen and a serial console unless they are switched off', () => {
    expect(domainHardware({ resources: { requests: { memory: '64M' } } })).toEqual({
      cpus: 1,
      memory: 64_000_000,
      graphics: true,
      serial: true,
    });
    const devices = { autoattachGraphicsDevice: false, autoattachSerialConsole: false };
    expect(domainHardware({ devices })).toMatchObject({ graphics: false, serial: false });
  });

  it('counts CPUs by topology, else by request', () => {
    expect(domainHardware({ cpu: { cores: 2, sockets: 2, threads: 2 } }).cpus).toBe(8);
    expect(domainHardware({ resources: { requests: { cpu: '1500m' } } }).cpus).toBe(2);
  });

  it('reads a VM through its template', () => {
    const spec = { template: { spec: { domain: { memory: { guest: '1Gi' } } } } };
    expect(hardwareOf({ metadata: {}, spec }).memory).toBe(2 ** 30);
  });
});
