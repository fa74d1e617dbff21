import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Machines } from '../machines.js';
import { asFailure, badRequest, Failure, internal, nowhere } from './failure.js';
import { AGENT_QUERIES, agentFailure, INSTANCE_ACTIONS } from './instance-actions.js';
import { type Objects } from './objects.js';
import { POWER } from './power.js';
import { readBody, sendEmpty, sendJson, sendText } from './respond.js';
import { STREAMS, vnc } from './stream-checks.js';
import { activeConnection, type Streams } from './streams.js';
import { type Target } from './target.js';
import { type Viewers } from './viewers.js';

export interface HandlerParts {
  objects: Objects;
  machines: Machines;
  streams: Streams;
  viewers: Viewers;
  /** An action has changed the machine of this instance. */
  changed(namespace: string, name: string): void;
}

/** Requests for subresources that are no upgrades. */
export class Handler {
  constructor(private readonly parts: HandlerParts) {}

  async handle(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { subresource } = target;
    const onInstance = target.resource === 'virtualmachineinstances';
    if (request.method === 'PUT') return this.#put(target, request, response);
    if (request.method !== 'GET') throw new Failure(405, 'MethodNotAllowed', 'the server does not allow this method');
    if (onInstance && AGENT_QUERIES.has(subresource)) return this.#agent(target, response);
    if (onInstance && subresource === 'vnc/screenshot') return this.#screenshot(target, response);
    if (onInstance && Object.hasOwn(STREAMS, subresource)) return this.parts.streams.plain(target);
    if (subresource === 'portforward') return this.parts.streams.plain(target);
    throw nowhere();
  }

  async #put(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { namespace, name, subresource } = target;
    const table: object = target.resource === 'virtualmachines' ? POWER : INSTANCE_ACTIONS;
    if (!Object.hasOwn(table, subresource)) throw nowhere();
    const body = await readBody(request).catch((error: unknown) => {
      throw badRequest(`Can not unmarshal Request body to struct, error: ${asFailure(error).message}`);
    });
    if (target.resource === 'virtualmachines') {
      await POWER[subresource]?.(this.parts.objects, namespace, name, body);
      return sendEmpty(response, 202);
    }
    const vmi = await this.parts.objects.vmi(namespace, name);
    INSTANCE_ACTIONS[subresource]?.(vmi, this.parts.machines.get(vmi.metadata.uid));
    this.parts.changed(namespace, name);
    sendEmpty(response, 200);
  }

  async #agent({ namespace, name }: Target, response: ServerResponse): Promise<void> {
    try {
      throw agentFailure(await this.parts.objects.vmi(namespace, name));
    } catch (error) {
      sendText(response, 500, asFailure(error).message);
    }
  }

  async #screenshot(target: Target, response: ServerResponse): Promise<void> {
    try {
      const png = await this.#picture(target);
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': png.length }).end(png);
    } catch (error) {
      sendText(response, 500, asFailure(error).message);
    }
  }

  /** A screenshot is a viewer that never takes the screen from another. */
  async #picture({ namespace, name, query }: Target): Promise<Uint8Array> {
    const vmi = await this.parts.objects.vmi(namespace, name);
    vnc(vmi, { namespace, name, query } as Target);
    const { uid = '' } = vmi.metadata;
    if (this.parts.viewers.has(uid, 'vnc')) throw activeConnection();
    const machine = this.parts.machines.get(uid);
    if (machine === undefined) throw internal('dialing virt-handler: bad handshake: no such domain');
    return machine.screenshot();
  }
}

/** Answers a request with what it failed of. */
export function respondFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const failure = asFailure(error);
  sendJson(response, failure.code, failure.toStatus());
}
