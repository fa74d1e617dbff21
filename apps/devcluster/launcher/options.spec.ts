import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from './options.js';
import { UserError } from './user-error.js';

test('the defaults', () => {
  expect(readOptions([])).toEqual({
    port: 8080,
    httpsPort: 8443,
    data: resolve('.local'),
    fresh: false,
    cluster: { kind: 'embedded' },
    guests: 'auto',
  });
});

test('what is given', () => {
  const args = [
    '--port',
    '9000',
    '--https-port=9443',
    '--data',
    '/tmp/x',
    '--fresh',
    '--cluster',
    'embedded',
    '--guests',
    'qemu',
  ];
  expect(readOptions(args)).toEqual({
    port: 9000,
    httpsPort: 9443,
    data: '/tmp/x',
    fresh: true,
    cluster: { kind: 'embedded' },
    guests: 'qemu',
  });
});

test('what to run on', () => {
  expect(readOptions(['--cluster', 'real'])?.cluster).toEqual({ kind: 'real', kubernetes: undefined });
  expect(readOptions(['--cluster', 'real', '--kubernetes', '1.36'])?.cluster).toMatchObject({ kubernetes: '1.36' });
  const own = readOptions(['--kubeconfig', join('some', 'where'), '--context', 'mine'])?.cluster;
  expect(own).toEqual({ kind: 'own', kubeconfig: resolve('some/where'), context: 'mine' });
  expect(readOptions(['--kubeconfig', 'x', '--port', '8443'])?.port).toBe(8443);
});

test('help', () => {
  expect(readOptions(['--help'])).toBeUndefined();
  expect(readOptions(['-h'])).toBeUndefined();
});

test.each([
  [['--port', 'x'], 'Invalid --port "x": use a number from 1 to 65535.'],
  [['--port', '0'], 'Invalid --port "0": use a number from 1 to 65535.'],
  [['--https-port', '70000'], 'Invalid --https-port "70000": use a number from 1 to 65535.'],
  [['--port', '8443'], '--port and --https-port are both 8443'],
  [['--cluster', 'odd'], 'Invalid --cluster "odd": use "embedded" or "real".'],
  [['--guests', 'odd'], 'Invalid --guests "odd": use "auto", "built-in" or "qemu".'],
  [['--guests', 'qemu', '--kubeconfig', 'x'], '--guests and --kubeconfig cannot be combined'],
  [['--https-port', '9443', '--kubeconfig', 'x'], '--https-port and --kubeconfig cannot be combined'],
  [['--kubernetes', '1.36'], '--kubernetes needs --cluster real'],
  [['--cluster', 'real', '--kubeconfig', 'x'], '--kubeconfig and --cluster cannot be combined'],
  [['--port'], '--port needs a value. For all options, run "npm start -- --help".'],
  [['--port', '--fresh'], '--port needs a value.'],
  [['--data='], '--data needs a value.'],
  [['--fresh=yes'], '--fresh takes no value.'],
  [['--kubeconfig'], '--kubeconfig needs a value.'],
  [['--context', 'x'], '--context needs --kubeconfig FILE'],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['word'], "Unexpected argument 'word'"],
])('%j is refused in one line', (args, message) => {
  let caught: unknown;
  try {
    readOptions(args);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(UserError);
  const text = (caught as UserError).message;
  expect(text).toContain(message);
  expect(text).not.toContain('\n');
});
