import { describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenStatus } from '#libs/api';
import { KubeError } from '#libs/kube';
import { issue, type IssuedGrant, type IssueOrder } from './issue.js';

const data = { nbf: 1, exp: 2, from: '', until: '', duration: '1h', urls: [], verbs: [] };

/** A cluster whose operator says these one after the other, the last for ever. */
function order(
  said: GateTokenStatus[],
  want: IssueOrder['want'] = 'link',
  remove: (...what: unknown[]) => Promise<void> = async () => undefined,
): IssueOrder {
  const spec = { vm: 'demo' };
  const token = (status?: GateTokenStatus): GateToken => ({
    apiVersion: API_VERSION,
    kind: 'GateToken',
    metadata: { name: 'one', uid: 'uid-of-one' },
    spec,
    ...(status && { status }),
  });
  let asked = 0;
  const client = {
    create: async () => token(),
    get: async () => token(said[Math.min(asked++, said.length - 1)]),
    delete: async (_type: unknown, ...what: unknown[]) => remove(...what),
  } as unknown as IssueOrder['client'];
  const issuance = { sealed: async (_: unknown, asked: GateToken) => asked };
  return { client, issuance, isOwn: true, namespace: 'ns', spec, want, publicUrl: 'https://gate.example.com/' };
}

/** No time passes but that which is waited for. */
function issueWaiting(order: IssueOrder): Promise<IssuedGrant> {
  let now = 0;
  return issue(order, { now: () => now }, async (ms) => {
    now += ms;
  });
}

describe('issuing a grant', () => {
  it('answers with the link once the operator says Ready, not while it is Pending', async () => {
    const issued = await issueWaiting(order([{}, { phase: 'Pending', data }, { phase: 'Ready', data }]));
    expect(issued.gatetoken.status?.phase).toBe('Ready');
    expect(issued.link).toMatch(/^https:\/\/gate\.example\.com\/l#[\w-]{22,}$/);
    expect(issued).not.toHaveProperty('token');
  });

  it('answers with the token where that is wanted', async () => {
    const issued = await issueWaiting(
      order(
        [
          { phase: 'Ready', data },
          { phase: 'Ready', data, token: 'jwt' },
        ],
        'token',
      ),
    );
    expect(issued).toMatchObject({ token: 'jwt' });
    expect(issued).not.toHaveProperty('link');
  });

  const refused: GateTokenStatus = {
    phase: 'Error',
    conditions: [{ type: 'Ready', status: 'False', reason: 'X', message: 'Because.', lastTransitionTime: '' }],
  };

  it('422 with the reason where the operator refuses it, and nothing is left behind', async () => {
    const removed: unknown[] = [];
    const remove = async (...what: unknown[]): Promise<void> => void removed.push(what);
    await expect(issueWaiting(order([refused], 'link', remove))).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining('Because.') as string,
    });
    expect(removed).toEqual([['one', 'ns', { uid: 'uid-of-one' }]]);
  });

  it('names the GateToken that still exists when they may not delete it', async () => {
    const forbidden = async (): Promise<void> => {
      throw new KubeError({ code: 403, reason: 'Forbidden', message: 'no' });
    };
    await expect(issueWaiting(order([refused], 'link', forbidden))).rejects.toMatchObject({
      code: 422,
      message: expect.stringMatching(/Because\. GateToken one still exists/) as string,
    });
  });

  it('504 where the operator does not decide in time', async () => {
    await expect(issueWaiting(order([{ phase: 'Pending', data }]))).rejects.toMatchObject({ code: 504 });
  });
});
