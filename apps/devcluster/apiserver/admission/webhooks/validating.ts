import { type AdmissionPlugin, type AdmissionRequest } from '../index.js';
import { ask, type Webhooks } from './ask.js';
import { Hooks } from './hook.js';
import { conditionsHold, isExempt, wantedVersion } from './match.js';
import { reviewRequest } from './review.js';

/** Asks all ValidatingWebhookConfigurations at once; the first refusal in their order counts. */
export class ValidatingWebhooks implements AdmissionPlugin {
  readonly #webhooks: Webhooks;
  readonly #hooks: Hooks;

  constructor(webhooks: Webhooks) {
    this.#webhooks = webhooks;
    this.#hooks = new Hooks(webhooks.objects, 'validatingwebhookconfigurations');
  }

  async validate(request: AdmissionRequest): Promise<void> {
    const hooks = this.#hooks.all();
    if (hooks.length === 0 || isExempt(request)) return;
    const calls = hooks.flatMap((hook) => {
      const def = wantedVersion(hook, request, this.#webhooks);
      if (!def) return [];
      const review = reviewRequest(request, def);
      return conditionsHold(hook, request, review) ? [{ hook, review }] : [];
    });
    const verdicts = await Promise.allSettled(
      calls.map(({ hook, review }) => ask(this.#webhooks, hook, request, review, false)),
    );
    const refused = verdicts.find((verdict) => verdict.status === 'rejected');
    if (refused) throw refused.reason;
  }
}
