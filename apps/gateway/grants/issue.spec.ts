import { describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenStatus } from '#libs/api';
import { type UserClient } from '#libs/kube';
import { issue, type IssueOrder } from './issue.js';

const data = { nbf: 1, exp: 2, from: '', until: '', duration: '1h', urls: [], verbs: [] };

/** A cluster whose operator says these one after the other, the last for ever. */
function order(said: GateTokenStatus[], want: IssueOrder['want'] = 'link'): IssueOrder {
  const spec = { vm: 'demo' };
  const token = (status?: GateTokenStatus): GateToken => ({
    apiVersion: API_VERSION,
    kind: 'GateToken',
    metadata: { name: 'one' },
    spec,
    ...(status && { status }),
  });
  let asked = 0;
  const client = {
    create: async () => token(),
    get: async () => token(said[Math.min(asked++, said.length - 1)]),
  } as unknown as Pick<UserClient, 'create' | 'get'>;
  return { client, namespace: 'ns', spec, want, publicUrl: 'https://gate.example.com/' };
}

/** No time passes but that which is waited for. */
function clock() {
  let now = 0;
  return {
    now: () => now,
    wait: async (ms: number): Promise<void> => {
      now += ms;
    },
  };
}

describe('issuing a grant', () => {
  it('answers with the link once the operator says Ready, not while it is Pending', async () => {
    const issued = await issue(order([{}, { phase: 'Pending', data }, { phase: 'Ready', data }]), clock());
    expect(issued.gatetoken.status?.phase).toBe('Ready');
    expect(issued.link).toMatch(/^https:\/\/gate\.example\.com\/l#[\w-]{22,}$/);
    expect(issued).not.toHaveProperty('token');
  });

  it('answers with the token where that is wanted', async () => {
    const issued = await issue(
      order(
        [
          { phase: 'Ready', data },
          { phase: 'Ready', data, token: 'jwt' },
        ],
        'token',
      ),
      clock(),
    );
    expect(issued).toMatchObject({ token: 'jwt' });
    expect(issued).not.toHaveProperty('link');
  });

  it('400 with the reason where the operator refuses it', async () => {
    const conditions = [
      { type: 'Ready', status: 'False' as const, reason: 'X', message: 'Because.', lastTransitionTime: '' },
    ];
    await expect(issue(order([{ phase: 'Error', conditions }]), clock())).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('Because.') as string,
    });
  });

  it('504 where the operator does not decide in time', async () => {
    await expect(issue(order([{ phase: 'Pending', data }]), clock())).rejects.toMatchObject({ code: 504 });
  });
});
