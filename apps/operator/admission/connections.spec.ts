import { EventEmitter } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { beforeEach, expect, it } from 'vitest';
import { Connections } from './connections.js';

let connections: Connections;
let port = 0;
beforeEach(() => (connections = new Connections({ perAddress: 2, total: 4 })));

class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly remotePort = (port += 1);
  constructor(readonly remoteAddress: string) {
    super();
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function open(address: string): FakeSocket {
  const socket = new FakeSocket(address);
  connections.opened(socket as unknown as Socket);
  return socket;
}

function ask(socket: FakeSocket): () => void {
  const res = new EventEmitter();
  connections.asked({ socket } as unknown as IncomingMessage, res as ServerResponse);
  return () => void res.emit('close');
}

it('ends the one of the same address that has been idle longest', () => {
  const [first, second] = [open('a'), open('a')];
  ask(first)();
  const third = open('a');
  expect([first, second, third].map(({ destroyed }) => destroyed)).toEqual([false, true, false]);
});

it('ends none that is being answered: the new one is refused', () => {
  const ends = [open('a'), open('a')].map(ask);
  expect(open('a').destroyed).toBe(true);
  for (const end of ends) end();
  expect(open('a').destroyed).toBe(false);
});

it('where all are taken, ends one of the address that has most', () => {
  const [api, first, second, other] = [open('api'), open('a'), open('a'), open('b')];
  expect(open('new').destroyed).toBe(false);
  expect([api, first, second, other].map(({ destroyed }) => destroyed)).toEqual([false, true, false, false]);
});
