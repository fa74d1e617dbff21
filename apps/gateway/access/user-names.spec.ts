import { expect, it } from 'vitest';
import { KubeError, NetworkError, type UserClients } from '#libs/kube';
import { type SignedIn } from '../sign-in/signed-in-users.js';
import { UserNames } from './user-names.js';

const user = { method: 'bearer', username: '', session: 's', token: () => 't' } as unknown as SignedIn;

/** Names of users that the cluster tells in these answers, one after the other. */
function namesWith(answers: (string | Error)[]) {
  let asked = 0;
  const createSelfSubjectReview = (): Promise<object> => {
    const answer = answers[asked++] ?? expect.unreachable();
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ status: { userInfo: { username: answer } } });
  };
  const clients = { of: () => ({ api: () => ({ createSelfSubjectReview }) }) } as unknown as UserClients;
  return { names: new UserNames(clients, [0, 1, 1]), asked: () => asked };
}

const down = new NetworkError('down', undefined);

it('asks whose token it is once', async () => {
  const { names, asked } = namesWith(['ann']);
  expect(await names.of(user, true)).toEqual({ user: 'ann' });
  expect(await names.of(user, true)).toEqual({ user: 'ann' });
  expect(asked()).toBe(1);
});

it('asks again while the cluster does not say: what was done just before has its user', async () => {
  const { names } = namesWith([down, new KubeError({ code: 503, reason: 'ServiceUnavailable', message: '' }), 'ann']);
  expect(await names.of(user, true)).toEqual({ user: 'ann' });
});

it('gives up in the end', async () => {
  const { names, asked } = namesWith([down, down, down]);
  expect(await names.of(user, true)).toBeUndefined();
  expect(asked()).toBe(3);
});

it('does not ask again about what was asked for in vain', async () => {
  const { names, asked } = namesWith([down]);
  expect(await names.of(user, false)).toBeUndefined();
  expect(asked()).toBe(1);
});

it('does not ask again about a token that the cluster does not know', async () => {
  const { names, asked } = namesWith([new KubeError({ code: 401, reason: 'Unauthorized', message: '' })]);
  expect(await names.of(user, true)).toBeUndefined();
  expect(asked()).toBe(1);
});
