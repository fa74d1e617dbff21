import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolder } from './data-folder.js';
import { readState, writeState } from './state.js';
import { folderError } from './user-error.js';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'data-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a folder is held by one at a time', async () => {
  const [first, second] = [new DataFolder(join(root, 'a', 'b')), new DataFolder(join(root, 'a', 'b'))];
  await first.take();
  await expect(second.take()).rejects.toThrow(
    `The data folder ${join(root, 'a', 'b')} is in use by another npm start (process ${process.pid})`,
  );
  await first.free();
  await second.take();
  await second.free();
});

test('a start that came to nothing leaves no trace, and nothing of others goes', async () => {
  const folder = new DataFolder(join(root, 'a', 'b'));
  await folder.take();
  await folder.abandon();
  expect(readdirSync(root)).toEqual([]);

  mkdirSync(join(root, 'a', 'b', 'logs'), { recursive: true });
  await folder.take();
  await folder.abandon();
  expect(readdirSync(join(root, 'a', 'b'))).toEqual(['logs']);

  const beside = new DataFolder(join(root, 'a', 'c'));
  await beside.take();
  writeFileSync(join(root, 'a', 'c', 'thesis.txt'), 'years of work');
  await beside.abandon();
  expect(readdirSync(join(root, 'a', 'c'))).toEqual(['thesis.txt']);
});

test('the lock of a process that was killed is taken over at once', async () => {
  mkdirSync(join(root, 'lock'));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(join(root, 'pid'), String(dead));
  const folder = new DataFolder(root);
  await folder.take();
  await folder.free();
});

test('a path that cannot be a folder is said in one line', async () => {
  writeFileSync(join(root, 'file'), '');
  await expect(new DataFolder(join(root, 'file', 'x')).take()).rejects.toThrow(/a file is in the way/);
  await expect(new DataFolder(join(root, 'file')).take()).rejects.toThrow(/a file is in the way/);
  if (existsSync('/proc/self'))
    await expect(new DataFolder('/proc/x/y').take()).rejects.toThrow(/it cannot be created there/);
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(folderError('/root/x', denied).message).toBe(
    'Cannot use the data folder /root/x: no permission. Choose another folder with --data DIR.',
  );
});

test('a fresh start removes what is ours and nothing else', async () => {
  const folder = new DataFolder(root);
  await folder.take();
  writeFileSync(join(root, 'thesis.txt'), 'years of work');
  const own = ['apiserver', 'controlplane', 'node', 'operator', 'gateway'];
  for (const name of own) mkdirSync(join(root, name));
  writeState(folder, readState(folder));
  folder.clear();
  expect(existsSync(join(root, 'thesis.txt'))).toBe(true);
  expect(own.filter((name) => existsSync(join(root, name)))).toEqual([]);
  expect(existsSync(join(root, 'state.json'))).toBe(false);
  await folder.free();
});

test('no token of your own cluster stays when the folder is released', async () => {
  const folder = new DataFolder(root);
  await folder.take();
  mkdirSync(folder.at('operator', 'serviceaccount'), { recursive: true });
  writeFileSync(folder.at('operator', 'serviceaccount', 'token'), 'x');
  writeState(folder, readState(folder));
  await folder.free();
  expect(readdirSync(root)).toEqual(['logs', 'state.json']);
});

test('tokens and the port are found again, whatever else is in the file', async () => {
  const folder = new DataFolder(root);
  const state = readState(folder);
  expect(new Set(Object.values(state.tokens)).size).toBe(3);
  writeState(folder, { ...state, apiPort: 1234 });
  expect(readState(folder)).toEqual({ ...state, apiPort: 1234 });
  const link = { token: 'demo-link-x', code: 'y' };
  writeState(folder, { ...state, link });
  expect(readState(folder)).toEqual({ ...state, link });
  writeFileSync(join(root, 'state.json'), '{"tokens":');
  expect(readState(folder).tokens.admin).toMatch(/^[\w-]{32}$/);
});
