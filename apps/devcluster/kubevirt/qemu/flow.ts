import { type Socket } from 'node:net';
import { type Peer } from '../machine.js';

/** A peer that has not taken so much yet gets no more until it has. */
const MAX_UNSENT = 256 * 1024;
/** QEMU accepts input immediately. If it does not, it hangs, and further input is refused. */
const MAX_UNREAD = 1024 * 1024;

/**
 * Hands bytes to a peer, and holds the socket that they came from while the peer is behind: QEMU then waits as well, and
 * nothing piles up here.
 */
export function passOn(bytes: Uint8Array, source: Socket, peer: Peer): void {
  peer.send(bytes, () => {
    if (peer.backlog <= MAX_UNSENT) source.resume();
  });
  if (peer.backlog > MAX_UNSENT) source.pause();
}

/** Writes what a peer has typed. @returns false when QEMU does not take it any more */
export function typeInto(socket: Socket, bytes: Uint8Array): boolean {
  if (socket.writable) socket.write(bytes);
  return socket.writableLength <= MAX_UNREAD;
}
