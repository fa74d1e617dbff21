import { Agent, request, type RequestOptions } from 'node:https';
import { type ClientRequest } from 'node:http';

import { type Address } from './resolve.js';
import { type RemoteService } from './api-service.js';

/** The certificate by which a backend knows this server. PEM. */
export interface ClientIdentity {
  cert: string;
  key: string;
}

/** Connections to the backends, kept alive and shared as long as their TLS settings stay the same. */
export class Transports {
  private readonly agents = new Map<string, Agent>();

  constructor(private readonly identity: ClientIdentity) {}

  /** Starts a request. The name on the backend's certificate must be `NAME.NAMESPACE.svc`, wherever it listens. */
  open(remote: RemoteService, { host, port }: Address, options: RequestOptions): ClientRequest {
    return request({
      ...options,
      host,
      port,
      agent: this.agent(remote),
      headers: { ...options.headers, host: `${host}:${port}` },
    });
  }

  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
    this.agents.clear();
  }

  private agent(remote: RemoteService): Agent {
    const settings = {
      ...this.identity,
      servername: `${remote.service.name}.${remote.service.namespace}.svc`,
      rejectUnauthorized: !remote.insecure,
      ...(remote.ca === undefined ? {} : { ca: remote.ca }),
    };
    const id = JSON.stringify(settings);
    let agent = this.agents.get(id);
    if (!agent) this.agents.set(id, (agent = new Agent({ ...settings, keepAlive: true, maxFreeSockets: 16 })));
    return agent;
  }
}
