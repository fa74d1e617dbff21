import { type IncomingMessage, type ServerResponse } from 'node:http';
import { BLANK } from '../authz/attributes.js';
import { refused } from '../authz/message.js';
import { type Call } from '../context.js';
import { create } from '../rest/create.js';
import { remove, removeAll } from '../rest/delete.js';
import { patch } from '../rest/patch.js';
import { asList, get, list } from '../rest/read.js';
import { representation } from '../rest/representation.js';
import { replace } from '../rest/update.js';
import { watch } from '../rest/watch.js';
import { methodNotAllowed } from '../status.js';
import { type ResourceDef } from '../types.js';
import { type Admitted } from './authorize.js';
import { checkOptions, warner } from './options.js';
import { type Parts } from './parts.js';
import { readBody, sendObject } from './respond.js';
import { subresource } from './subresource.js';

/** A request for a resource that this server holds. False where it knows no such resource. */
export async function resource(
  parts: Parts,
  req: IncomingMessage,
  res: ServerResponse,
  { info, query, user }: Admitted,
): Promise<boolean> {
  const def = parts.ctx.registry.find(info.group, info.version, info.resource);
  if (!def || (info.subresource && !knows(def, info.subresource)) || info.rest.length) return false;
  if (!def.namespaced && info.namespace && def.resource !== 'namespaces') return false;
  if (def.namespaced && !info.namespace) {
    // Across all namespaces there is only reading.
    if (info.named) return false;
    if (!['list', 'watch'].includes(info.verb)) throw methodNotAllowed();
  }
  if (!info.named && ['update', 'patch'].includes(info.verb)) throw methodNotAllowed();
  const call: Call = {
    def,
    verb: info.verb,
    namespace: def.namespaced && info.namespace ? info.namespace : undefined,
    name: info.name,
    subresource: info.subresource,
    query,
    user,
    contentType: req.headers['content-type'] ?? '',
    accept: req.headers.accept ?? '',
    userAgent: req.headers['user-agent'] ?? '',
    body: Buffer.alloc(0),
    warn: warner(res),
    mayCreate: () => checkMayCreate(parts, call),
  };
  if (req.method === 'HEAD') throw methodNotAllowed();
  checkOptions(call);
  if (!['get', 'list', 'watch'].includes(info.verb)) call.body = await readBody(req);
  if (info.subresource) await subresource(parts, res, call);
  else await main(parts, res, call);
  return true;
}

function knows({ subresources }: ResourceDef, name: string): boolean {
  if (name === 'status') return subresources.status === true;
  if (name === 'scale') return subresources.scale !== undefined;
  return Object.hasOwn(subresources.others ?? {}, name);
}

async function main(parts: Parts, res: ServerResponse, call: Call): Promise<void> {
  const { ctx } = parts;
  const shape = representation(call, ctx.now);
  const answer = (code: number, object: unknown): void => sendObject(res, code, object);
  if (!call.def.verbs.includes(call.verb)) throw methodNotAllowed();
  switch (call.verb) {
    case 'get':
      return answer(200, shape.one(get(ctx, call)));
    case 'list': {
      const { objects, metadata } = list(ctx, call);
      return answer(200, shape.list(objects, asList(call, objects, metadata)));
    }
    case 'watch':
      return watch(ctx, call, res, shape.event);
    case 'create': {
      if (call.name) throw methodNotAllowed();
      return answer(201, parts.reviews.answer(call) ?? shape.one(await create(ctx, call)));
    }
    case 'update':
      return answer(200, shape.one(await replace(ctx, call)));
    case 'patch': {
      const { object, created } = await patch(ctx, call);
      return answer(created ? 201 : 200, shape.one(object));
    }
    case 'delete': {
      return answer(200, await remove(ctx, call));
    }
    case 'deletecollection': {
      const { objects, metadata } = list(ctx, call);
      await removeAll(ctx, call, objects);
      return answer(200, asList(call, objects, metadata));
    }
    default:
      throw methodNotAllowed();
  }
}

/** @throws ApiError 403 */
function checkMayCreate({ rbac }: Parts, { def, user, name, namespace = '' }: Call): void {
  const wanted = { ...BLANK, user, verb: 'create', group: def.group, resource: def.resource, name, namespace };
  const { allowed, reason } = rbac.decide(wanted);
  if (!allowed) throw refused(wanted, reason);
}
