import { applyPatch, type Operation, Pointer } from 'rfc6902';

import { copyOf, same } from '../../fields.js';
import { apiVersionOf } from '../../registry.js';
import { unregistered } from '../../status.js';
import { type Fields, type KubeObject, type ResourceDef } from '../../types.js';
import { type AdmissionPlugin, type AdmissionRequest } from '../index.js';
import { ask, failed, internal, type Webhooks } from './ask.js';
import { type Hook, Hooks } from './hook.js';
import { conditionsHold, isExempt, wantedVersion } from './match.js';
import { asVersion, fromVersion, reviewRequest, type Verdict } from './review.js';

/**
 * Asks the MutatingWebhookConfigurations one after the other; each sees what those before it made. When one changed the
 * object, those before it that want it (reinvocationPolicy IfNeeded) are asked once more.
 */
export class MutatingWebhooks implements AdmissionPlugin {
  readonly #webhooks: Webhooks;
  readonly #hooks: Hooks;

  constructor(webhooks: Webhooks) {
    this.#webhooks = webhooks;
    this.#hooks = new Hooks(webhooks.objects, 'mutatingwebhookconfigurations');
  }

  async mutate(request: AdmissionRequest): Promise<void> {
    const hooks = this.#hooks.all();
    if (hooks.length === 0 || isExempt(request)) return;
    const earlier = new Set<string>();
    const again = new Set<string>();
    for (const hook of hooks) {
      const changed = await this.#ask(hook, request);
      if (changed) for (const id of earlier) again.add(id);
      if (changed !== undefined && hook.reinvoke) earlier.add(hook.id);
    }
    for (const hook of hooks) if (again.has(hook.id)) await this.#ask(hook, request);
  }

  /** Whether the object changed; undefined where the webhook was not to be asked. */
  async #ask(hook: Hook, request: AdmissionRequest): Promise<boolean | undefined> {
    const def = wantedVersion(hook, request, this.#webhooks);
    if (!def) return undefined;
    const review = reviewRequest(request, def);
    if (!conditionsHold(hook, request, review)) return undefined;
    const verdict = await ask(this.#webhooks, hook, request, review, true);
    return verdict?.patch ? change(hook, request, def, verdict) : false;
  }
}

function change(hook: Hook, request: AdmissionRequest, def: ResourceDef, { patch, patchType }: Verdict): boolean {
  const operations = decoded(patch);
  if (operations === undefined) {
    failed(hook, 'received undecodable patch in webhook response: error decoding patch');
    return false;
  }
  if (operations.length === 0) return false;
  const { object } = request;
  if (!object) {
    throw internal(
      `admission webhook ${JSON.stringify(hook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  if (patchType !== 'JSONPatch') {
    failed(hook, `unsupported patch type ${JSON.stringify(patchType)}`);
    return false;
  }
  const next = patched(copyOf(asVersion(request, object, def) ?? object), operations);
  const back = fromVersion(request, decodable(request, next, def), def);
  if (same(back, object)) return false;
  become(object, back);
  return true;
}

function decoded(patch: string): Operation[] | undefined {
  try {
    const operations = JSON.parse(patch) as unknown;
    return Array.isArray(operations) ? (operations as Operation[]) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws ApiError 500 */
function patched(object: KubeObject, operations: Operation[]): KubeObject {
  for (const operation of operations) {
    const [error] = applyPatch(object, [operation]);
    if (error) throw internal(unfit(object, operation));
  }
  return object;
}

/** @throws ApiError 500 where the webhook made something that is no object of the kind */
function decodable({ kind, def }: AdmissionRequest, object: KubeObject, shown: ResourceDef): KubeObject {
  if (kind) return object;
  const another = object.kind !== shown.kind || object.apiVersion !== apiVersionOf(shown);
  if (another && !def.custom) throw internal(unregistered(object.kind, object.apiVersion));
  const fault = def.fields?.fault(object);
  if (fault !== undefined) throw internal(fault);
  return (def.fields?.normal(object) ?? object) as KubeObject;
}

/** The words of the library with which kube-apiserver patches. */
function unfit(object: KubeObject, { op, path }: Operation): string {
  if (op === 'test') return `testing value ${path} failed: test failed`;
  const { parent, key } = Pointer.fromJSON(path).evaluate(object) as { parent: unknown; key: string };
  const holds = typeof parent === 'object' && parent !== null;
  if (op === 'remove' && holds) {
    return `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`;
  }
  const missing = op === 'replace' ? `${holds ? 'key' : 'path'}: ${path}` : `path: ${JSON.stringify(path)}`;
  return `${op} operation does not apply: doc is missing ${missing}: missing value`;
}

/** The caller holds on to its own object: that one takes the new form. */
function become(object: Fields, next: Fields): void {
  for (const field of Object.keys(object)) delete object[field];
  Object.assign(object, next);
}
