import { describe, expect, it } from 'vitest';
import { makeLogger } from './logger.js';
import { NestLogger } from './nest-logger.js';

const JWT = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJVUkxzIjpbIi92ZXJzaW9uIl19.c2lnbmF0dXJlLWJ5dGVz';

function logged(level = 'trace') {
  const lines: string[] = [];
  const logger = makeLogger('gateway', level, { write: (line) => void lines.push(line) });
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, nest: new NestLogger(logger), lines, entries };
}

describe('the logger', () => {
  it('writes the same fields in every program', () => {
    const { logger, entries } = logged();
    logger.warn({ err: new Error('no route') }, 'watch failed');
    const [entry] = entries();
    expect(Object.keys(entry ?? {}).sort()).toEqual(['component', 'err', 'level', 'msg', 'time']);
    expect(entry).toMatchObject({ level: 'warn', component: 'gateway', msg: 'watch failed' });
    expect(entry?.['err']).toMatchObject({ message: 'no route' });
    expect(entry?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('masks tokens in fields, messages and errors (security row 7)', () => {
    const { logger, nest, lines } = logged();
    logger.info({ deep: { token: JWT } }, `got ${JWT}`);
    logger.error({ err: new Error(JWT) }, 'failed');
    nest.error(new Error(JWT), 'ExceptionsHandler');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).not.toContain(JWT.slice(20, 60));
  });

  it('writes nothing below its level', () => {
    const { logger, lines } = logged('warn');
    logger.info('listening');
    expect(lines).toEqual([]);
  });
});

describe("Nest's messages", () => {
  it('are logged with the class that logs them as context', () => {
    const { nest, entries } = logged();
    nest.log('AppModule dependencies initialized', 'InstanceLoader');
    nest.warn('slow', 'Router');
    expect(entries()).toMatchObject([
      { level: 'debug', context: 'InstanceLoader', msg: 'AppModule dependencies initialized' },
      { level: 'warn', context: 'Router', msg: 'slow' },
    ]);
  });

  it('keep errors as err, and the fields of objects', () => {
    const { nest, entries } = logged();
    nest.error(new Error('boom'), undefined, 'ExceptionsHandler');
    nest.error({ id: '7', err: new Error('inner') }, 'unexpected error', 'Filter');
    nest.error('plain', 'at x.ts:1', 'Filter');
    expect(entries()).toMatchObject([
      { level: 'error', context: 'ExceptionsHandler', msg: 'boom', err: { message: 'boom' } },
      { level: 'error', context: 'Filter', msg: 'unexpected error', id: '7', err: { message: 'inner' } },
      { level: 'error', context: 'Filter', msg: 'plain', stack: 'at x.ts:1' },
    ]);
  });
});
