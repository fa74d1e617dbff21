import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { ApiError, type StatusBody, unknownResource } from '../status.js';
import { authorize } from './authorize.js';
import { nonResource } from './non-resource.js';
import { type Parts } from './parts.js';
import { resource } from './resource.js';
import { sendObject, sendText, statusFor } from './respond.js';

/** The door of ordinary requests. */
export async function request(parts: Parts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const admitted = authorize(parts, req);
    const { info, user } = admitted;
    const [root, group = '', version = ''] = info.path.split('/').filter(Boolean);
    if (root === 'apis' && version && parts.foreign.serves(group, version)) {
      return parts.foreign.handle(req, res, user, group, version);
    }
    const found = info.isResource ? await resource(parts, req, res, admitted) : nonResource(parts, req, res, admitted);
    if (found) return;
    if (info.isResource && parts.ctx.registry.hasVersion(info.group, info.version)) throw unknownResource();
    sendText(res, 404, '404 page not found\n');
  } catch (error) {
    const status = statusFor(error, parts.report);
    // The rest of a body that was not read would be taken for the next request.
    if (!req.complete) res.setHeader('Connection', 'close');
    const { retryAfterSeconds } = status.details ?? {};
    if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', retryAfterSeconds);
    sendObject(res, status.code, status);
  }
}

/** What `kubectl` needs a container's own file system and network for. */
const STREAMS = new Set(['exec', 'attach', 'portforward']);
const NO_STREAMS =
  'is not possible: the pods of this node are processes of the machine itself. Read their logs, or reach them through their Service.';

/** The door of upgrades: other servers have them. */
export function upgrade(parts: Parts, req: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on('error', () => socket.destroy());
  try {
    const { info, user } = authorize(parts, req);
    if (info.group === '' && info.resource === 'pods' && STREAMS.has(info.subresource)) {
      throw new ApiError(501, 'NotImplemented', `${info.subresource} ${NO_STREAMS}`);
    }
    if (!info.isResource || !parts.foreign.serves(info.group, info.version)) throw unknownResource();
    parts.foreign.upgrade(req, socket, head, user, info.group, info.version);
  } catch (error) {
    refuse(socket, statusFor(error, parts.report));
  }
}

function refuse(socket: Duplex, status: StatusBody): void {
  const body = JSON.stringify(status);
  const head = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
