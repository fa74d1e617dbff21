import type * as Fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { configMap } from '../server.fixture.js';
import { type KubeObject } from '../types.js';
import { Store } from './store.js';

const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  /** As a disk with so much room: it takes what fits, then nothing. */
  const writeSync = (fd: number, data: Buffer, offset: number, length = data.length - offset, at?: number): number => {
    if (disk.room === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const taken = fs.writeSync(fd, data, offset, Math.min(length, disk.room), at);
    disk.room -= taken;
    return taken;
  };
  return { ...fs, writeSync };
});

const BUCKET = '/configmaps';
const map = (name: string, value: string): KubeObject => configMap(name, { value }) as KubeObject;

describe('a full disk', () => {
  const dir = mkdtempSync(join(tmpdir(), 'store-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each([10, 60])('that takes %i bytes of a change leaves the log readable', (room) => {
    let store = Store.open(join(dir, String(room)));
    store.put(BUCKET, map('a', ''), undefined);
    disk.room = room;
    expect(() => store.put(BUCKET, map('lost', 'x'.repeat(500)), undefined)).toThrow('ENOSPC');
    disk.room = Number.POSITIVE_INFINITY;
    store.put(BUCKET, map('b', ''), undefined);
    store.close();
    store = Store.open(join(dir, String(room)));
    expect(store.list(BUCKET).map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    store.close();
  });
});
