import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { Admission } from './admission/index.js';
import { MutatingWebhooks } from './admission/webhooks/mutating.js';
import { ValidatingWebhooks } from './admission/webhooks/validating.js';
import { Authenticator } from './authn/index.js';
import { ServiceAccountTokens } from './authn/service-accounts.js';
import { TokensFile } from './authn/tokens-file.js';
import { NoEscalation } from './authz/escalation.js';
import { Rbac } from './authz/rbac.js';
import { aggregateRoles } from './bootstrap/aggregated-roles.js';
import { bootstrap } from './bootstrap/index.js';
import { type Context } from './context.js';
import { CrdController } from './crd/controller.js';
import { request, upgrade } from './http/door.js';
import { type Parts } from './http/parts.js';
import { builtInKinds } from './kinds/index.js';
import { StoredObjects } from './objects.js';
import { type PkiFiles, ensurePki, pem } from '../pki/index.js';
import { Registry } from './registry.js';
import { Reviews } from './reviews/index.js';
import { Store } from './storage/store.js';
import { connect } from './wiring.js';

export interface Options {
  /** Everything that the server keeps: objects, keys, `tokens.csv`. Made where it is missing. */
  data: string;
  /** 0: any free one. */
  port: number;
  host?: string;
  now?: () => Date;
  /** Faults of the server itself. Default: the console. */
  report?: (error: unknown) => void;
}

export interface Running {
  port: number;
  /** Paths of certificates and keys in the data folder. */
  pki: PkiFiles;
  /** Ends every request and watch and writes what is open. Under a second. */
  stop(): Promise<void>;
}

/**
 * Starts the API server and resolves when it serves.
 * @throws what the file system or the port say (EADDRINUSE, EACCES ...)
 */
export async function startApiServer(options: Options): Promise<Running> {
  const { data, port, host = '127.0.0.1', now = () => new Date(), report = console.error } = options;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const pki = await ensurePki(join(data, 'pki'), now());
  const store = Store.open(join(data, 'store'), report);
  const registry = new Registry(builtInKinds);
  const objects = new StoredObjects(store, registry);
  const rbac = new Rbac(objects);
  const admission = new Admission([
    new MutatingWebhooks(objects),
    new NoEscalation(rbac),
    new ValidatingWebhooks(objects),
  ]);
  const ctx: Context = { store, registry, objects, admission, now };
  const tokens = new ServiceAccountTokens(pem(pki.serviceAccountKey), objects, now);
  const authenticator = new Authenticator(new TokensFile(join(data, 'tokens.csv')), tokens);
  const connected = connect(ctx, pki);
  const crds = new CrdController(ctx, connected.compile);
  const server = httpsServer(pki);
  const bound = await listen(server, port, host);
  const parts: Parts = {
    ctx,
    authenticator,
    tokens,
    rbac,
    reviews: new Reviews(authenticator, rbac, now),
    ...connected,
    address: () => `${host}:${bound}`,
    report,
  };
  await bootstrap(ctx, bound, pki);
  const stopRoles = aggregateRoles(objects);
  const cut = serve(server, parts);
  return {
    port: bound,
    pki,
    async stop() {
      stopRoles();
      crds.stop();
      connected.stop();
      await cut();
      store.close();
    },
  };
}

function httpsServer(pki: PkiFiles): Server {
  return createServer({
    key: pem(pki.serverKey),
    cert: pem(pki.serverCert),
    ca: pem(pki.ca),
    requestCert: true,
    rejectUnauthorized: false,
    keepAliveTimeout: 90_000,
    // A watch and an upload may take as long as they like.
    requestTimeout: 0,
  });
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

/** Opens the doors. Returns the way to close them, open streams included. */
function serve(server: Server, parts: Parts): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', (req, res) => void request(parts, req, res));
  server.on('upgrade', (req, socket, head) => upgrade(parts, req, socket, head));
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
    });
}
