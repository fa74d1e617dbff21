import { type ObjectAccess } from '../../types.js';
import { type AdmissionPlugin, type AdmissionRequest } from '../index.js';
import { ask } from './ask.js';
import { Hooks } from './hook.js';
import { wanting } from './match.js';

/** Asks all ValidatingWebhookConfigurations at once; the first refusal in their order counts. */
export class ValidatingWebhooks implements AdmissionPlugin {
  readonly #hooks: Hooks;

  constructor(private readonly objects: ObjectAccess) {
    this.#hooks = new Hooks(objects, 'validatingwebhookconfigurations');
  }

  async validate(request: AdmissionRequest): Promise<void> {
    const hooks = wanting(this.#hooks.all(), request, this.objects);
    const verdicts = await Promise.allSettled(hooks.map((hook) => ask(this.objects, hook, request)));
    const refused = verdicts.find((verdict) => verdict.status === 'rejected');
    if (refused) throw refused.reason;
  }
}
