import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { type Duplex } from 'node:stream';

import { same } from '../fields.js';
import { type KubeObject, type ObjectAccess } from '../types.js';

/** Objects in a map: enough of a store for what stands on ObjectAccess. */
export class Objects implements ObjectAccess {
  readonly #all = new Map<string, KubeObject>();
  readonly #changes = new EventEmitter();

  put(group: string, resource: string, object: Record<string, unknown>): void {
    const whole = object as KubeObject;
    this.#all.set(this.#key(group, resource, whole.metadata.name, whole.metadata.namespace), whole);
    this.#changes.emit(`${group}/${resource}`);
  }

  remove(group: string, resource: string, name: string, namespace?: string): void {
    this.#all.delete(this.#key(group, resource, name, namespace));
    this.#changes.emit(`${group}/${resource}`);
  }

  get(group: string, resource: string, name: string, namespace?: string): KubeObject | undefined {
    return this.#all.get(this.#key(group, resource, name, namespace));
  }

  list(group: string, resource: string, namespace?: string): readonly KubeObject[] {
    return [...this.#all]
      .filter(([key]) => key.startsWith(`${group}|${resource}|${namespace ?? ''}`))
      .map(([, object]) => object);
  }

  update(
    group: string,
    resource: string,
    name: string,
    namespace: string | undefined,
    change: (o: KubeObject) => void,
  ): void {
    const stored = this.get(group, resource, name, namespace);
    const copy = structuredClone(stored);
    if (!copy) return;
    change(copy);
    if (!same(copy, stored)) this.put(group, resource, copy);
  }

  onChange(group: string, resource: string, listener: () => void): () => void {
    this.#changes.on(`${group}/${resource}`, listener);
    return () => void this.#changes.off(`${group}/${resource}`, listener);
  }

  #key(group: string, resource: string, name: string, namespace = ''): string {
    return `${group}|${resource}|${namespace}|${name}`;
  }
}

/** A TLS server on a free port that asks for a client certificate. */
export async function listen(
  tls: { cert: string; key: string; ca?: string },
  onRequest: (req: IncomingMessage, res: ServerResponse) => void,
  onUpgrade?: (req: IncomingMessage, socket: Duplex, head: Buffer) => void,
  port = 0,
): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer(
    { ...tls, requestCert: true, rejectUnauthorized: tls.ca !== undefined },
    onRequest,
  );
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => sockets.add(socket));
  if (onUpgrade) server.on('upgrade', onUpgrade);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The common name of the client's certificate. */
export const commonName = (req: IncomingMessage): string =>
  String((req.socket as TLSSocket).getPeerCertificate().subject?.CN);
