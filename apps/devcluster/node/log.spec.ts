import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { ContainerLog } from './log.js';
import { logQuery, select, writeLog } from './log-reader.js';

const folder = mkdtempSync(join(tmpdir(), 'log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (second: number) => () => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

async function read(log: ContainerLog, query: string): Promise<string> {
  const out = new PassThrough();
  await writeLog(log, logQuery(new URLSearchParams(query), at(60)().getTime()), out, new AbortController().signal);
  out.end();
  return text(out);
}

test('lines are kept with their times and read without them', async () => {
  const log = new ContainerLog(join(folder, 'a.log'), { now: at(1) });
  log.follow(Readable.from(['one\ntw', 'o\n']));
  await expect.poll(() => read(log, '')).toBe('one\ntwo\n');
  expect(await read(log, 'timestamps=true&tailLines=1')).toBe('2026-01-01T00:00:01.000Z two\n');
  expect(await read(log, 'tailLines=0')).toBe('');
  await log.close();
});

test('a log that was never written is empty', async () => {
  expect(await read(new ContainerLog(join(folder, 'none.log')), 'tailLines=5')).toBe('');
});

test('lines are chosen by time', () => {
  const lines = '2026-01-01T00:00:10.000Z old\n2026-01-01T00:00:50.000Z new\n';
  const now = at(60)().getTime();
  expect(select(lines, logQuery(new URLSearchParams('sinceSeconds=20'), now))).toEqual([
    '2026-01-01T00:00:50.000Z new',
  ]);
  expect(select(lines, logQuery(new URLSearchParams('sinceTime=2026-01-01T00:00:00Z'), now))).toHaveLength(2);
});

test('a follower gets what comes later, until it leaves', async () => {
  const log = new ContainerLog(join(folder, 'f.log'));
  log.line('before');
  const gone = new AbortController();
  const out = new PassThrough();
  let seen = '';
  out.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  const done = writeLog(log, logQuery(new URLSearchParams('follow=true')), out, gone.signal);
  await expect.poll(() => seen).toBe('before\n');
  log.line('after');
  await expect.poll(() => seen, { timeout: 3000 }).toBe('before\nafter\n');
  gone.abort();
  await done;
  await log.close();
});

test('a follower leaves when the log is closed, with all that was written', async () => {
  const log = new ContainerLog(join(folder, 'c.log'));
  log.line('first');
  const out = new PassThrough();
  const done = writeLog(log, logQuery(new URLSearchParams('follow=true')), out, new AbortController().signal);
  log.line('last');
  await log.close();
  await done;
  out.end();
  expect(await text(out)).toBe('first\nlast\n');
});

test('a file that grew too big becomes the former one', async () => {
  const log = new ContainerLog(join(folder, 'r.log'), { maxBytes: 60, now: at(1) });
  for (const line of ['first', 'second', 'third']) log.line(line);
  await log.close();
  expect(readFileSync(join(folder, 'r.log'), 'utf8')).toContain('third');
  expect(readFileSync(join(folder, 'r.log.1'), 'utf8')).toContain('second');
});

test('a full disk is reported once, and the log goes on when there is space again', async () => {
  const file = join(folder, 'full.log');
  symlinkSync('/dev/full', file);
  const errors: unknown[] = [];
  const log = new ContainerLog(file, { now: at(1), onError: (error) => errors.push(error) });
  for (const line of ['lost', 'lost, too']) log.line(line);
  await log.flushed();
  expect(errors).toEqual([expect.objectContaining({ code: 'ENOSPC' })]);
  rmSync(file);
  log.line('kept');
  await log.flushed();
  expect(await read(log, '')).toBe('kept\n');
  await log.close();
  expect(errors).toHaveLength(1);
});
