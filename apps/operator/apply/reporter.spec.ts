import { expect, it } from 'vitest';
import { KubeError, type KubeObject, NetworkError, retryAfterOf, types } from '#libs/kube';
import { Reporter } from './reporter.js';

const METADATA = { name: 't', namespace: 'n', uid: 'u' };

/** The outcome of a write that fails so, and the Events about it. */
async function failing(error: Error) {
  const events: string[] = [];
  const client = { apply: () => Promise.reject(error), patch: () => Promise.reject(error) };
  const record = ({ metadata }: KubeObject, type: string, reason: string, message: string) =>
    events.push(`${metadata.uid} ${type} ${reason} ${message}`);
  const write = new Reporter(client, { record }).writeStatus(types.gateTokens, METADATA, { phase: 'Ready' });
  return { outcome: await write.catch((thrown: unknown) => thrown), events };
}

const kubeError = (code: number, message = 'no') => new KubeError({ code, reason: 'Invalid', message });

it.each([400, 403, 405, 422])('tells people of a status that is refused with %i, and waits a minute', async (code) => {
  const { outcome, events } = await failing(kubeError(code, 'GateToken "t" is invalid: status.phase: too odd'));
  expect(outcome).toMatchObject({ code });
  expect(retryAfterOf(outcome)).toBe(60_000);
  expect(events).toEqual([
    'u Warning StatusRefused The API server refused the status of this GateToken, so its status is out of date: GateToken "t" is invalid: status.phase: too odd. Correct what the message names, or delete the GateToken and create it again.',
  ]);
});

it('says what to do however long the message is', async () => {
  const { events } = await failing(kubeError(422, 'x'.repeat(5000)));
  expect(events[0]?.slice(0, 1024)).toMatch(/create it again\.$/);
});

it.each([
  ['another version', kubeError(409)],
  ['an API server that fails', kubeError(500)],
  ['no answer', new NetworkError('cut', undefined)],
])('says nothing of what passes: %s', async (_what, error) => {
  expect(await failing(error)).toEqual({ outcome: error, events: [] });
});

it('has nothing to say of an object that is gone', async () => {
  expect(await failing(kubeError(404))).toEqual({ outcome: undefined, events: [] });
});
