import { expect, it } from 'vitest';
import { type Verdict } from './review.js';
import { Validator } from './validator.js';

const body = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u-1',
    resource: { group: 'kubegateway.kubevirt.io', version: 'v1beta1', resource: 'gatetokens' },
    operation: 'CREATE',
    namespace: 'ns',
    userInfo: { username: 'dev' },
    object: { metadata: { name: 'x' }, spec: { urls: ['/api'], 'link-hash': 'hidden' } },
  },
};

async function judged(verdict: Verdict) {
  const lines: unknown[][] = [];
  const log = { info: (...line: unknown[]) => void lines.push(line) };
  const answer = await new Validator({ validate: async () => verdict }, log).answer(body);
  return { answer, lines };
}

it('passes a denial on, and logs who was denied what, without the object', async () => {
  const { answer, lines } = await judged({
    allowed: false,
    code: 403,
    reason: 'Forbidden',
    message: 'user dev cannot',
  });
  const status = { code: 403, reason: 'Forbidden', message: 'user dev cannot' };
  expect(answer).toMatchObject({ kind: 'AdmissionReview', response: { uid: 'u-1', allowed: false, status } });
  expect(lines).toEqual([
    [
      {
        operation: 'CREATE',
        resource: 'gatetokens',
        namespace: 'ns',
        name: 'x',
        user: 'dev',
        reason: 'Forbidden',
        message: 'user dev cannot',
      },
      'denied',
    ],
  ]);
});

it('passes an allowance on, and logs nothing', async () => {
  const { answer, lines } = await judged({ allowed: true });
  expect(answer).toEqual({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u-1', allowed: true },
  });
  expect(lines).toEqual([]);
});
