import { type ServerResponse } from 'node:http';
import { type Call } from '../context.js';
import { bindPod } from '../rest/pods.js';
import { patch } from '../rest/patch.js';
import { get } from '../rest/read.js';
import { representation } from '../rest/representation.js';
import { patchScale, readScale, writeScale } from '../rest/scale.js';
import { requestToken } from '../rest/token-request.js';
import { replace } from '../rest/update.js';
import { methodNotAllowed } from '../status.js';
import { type Parts } from './parts.js';
import { sendObject } from './respond.js';

/** Everything below `RESOURCE/NAME/`. */
export async function subresource(parts: Parts, res: ServerResponse, call: Call): Promise<void> {
  const { ctx } = parts;
  const answer = (code: number, object: unknown): void => sendObject(res, code, object);
  switch (`${call.subresource} ${call.verb}`) {
    case 'status get':
      return answer(200, representation(call, ctx.now).one(get(ctx, call)));
    case 'status update':
    case 'finalize update':
      return answer(200, await replace(ctx, call));
    case 'status patch':
      return answer(200, (await patch(ctx, call)).object);
    case 'scale get':
      return answer(200, readScale(ctx, call));
    case 'scale update':
      return answer(200, await writeScale(ctx, call));
    case 'scale patch':
      return answer(200, await patchScale(ctx, call));
    case 'token create':
      return answer(201, requestToken(ctx, call, parts.tokens));
    case 'log get':
      return parts.podLogs.logs(res, call.namespace ?? '', call.name, call.query);
    case 'binding create':
      return answer(201, await bindPod(ctx, call));
    default:
      throw methodNotAllowed();
  }
}
