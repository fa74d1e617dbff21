import { connect } from 'node:net';
import { type Door, type Peer } from '../machine.js';
import { passOn, typeInto } from './flow.js';

/** Connects a peer to QEMU's VNC server, a connection each. @param left called once when either end is gone */
export function openScreen(path: string, peer: Peer, left: () => void): Door {
  const socket = connect(path);
  const close = (): void => void socket.destroy();
  socket.on('data', (bytes) => passOn(bytes, socket, peer));
  socket.on('error', close);
  socket.once('close', () => {
    peer.close();
    left();
  });
  return {
    receive: (bytes) => typeInto(socket, bytes) || close(),
    closed: close,
  };
}
