import { applyPatch, type Operation } from 'rfc6902';

import { copyOf } from '../../fields.js';
import { type Fields, type ObjectAccess } from '../../types.js';
import { type AdmissionPlugin, type AdmissionRequest } from '../index.js';
import { ask, failure } from './ask.js';
import { type Hook, Hooks } from './hook.js';
import { wanting } from './match.js';

/** Asks the MutatingWebhookConfigurations one after the other; each sees what those before it made. */
export class MutatingWebhooks implements AdmissionPlugin {
  readonly #hooks: Hooks;

  constructor(private readonly objects: ObjectAccess) {
    this.#hooks = new Hooks(objects, 'mutatingwebhookconfigurations');
  }

  async mutate(request: AdmissionRequest): Promise<void> {
    for (const hook of this.#hooks.all()) {
      if (wanting([hook], request, this.objects).length === 0) continue;
      const verdict = await ask(this.objects, hook, request);
      if (verdict && verdict.patch.length > 0) change(hook, request, verdict.patch as unknown as Operation[]);
    }
  }
}

/** @throws ApiError 500 where the patch does not fit, or its result is not an object of the kind */
function change(hook: Hook, { object, def }: AdmissionRequest, patch: Operation[]): void {
  if (!object) throw failure(hook, 'what is deleted cannot be changed');
  const next = copyOf(object);
  const fault = applyPatch(next, patch).find((error) => error !== null);
  if (fault) throw failure(hook, `the patch does not fit: ${fault.message}`);
  if (next.kind !== object.kind || next.apiVersion !== object.apiVersion) {
    throw failure(hook, 'the patch changes the kind of the object');
  }
  const misfit = def.fields?.fault(next);
  if (misfit !== undefined) throw failure(hook, misfit);
  become(object, def.fields?.normal(next) ?? next);
}

/** The caller holds on to its own object: that one takes the new form. */
function become(object: Fields, next: Fields): void {
  for (const field of Object.keys(object)) delete object[field];
  Object.assign(object, next);
}
