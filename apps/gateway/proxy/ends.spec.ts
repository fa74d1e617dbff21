import { request } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { readConfig } from '../config/config.js';
import { SIGN_IN_COOKIE, SealedCookie } from '../sign-in/sealed-cookie.js';
import { type Ended, view } from '../testing/clients.js';
import { BASE_ENV, until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const PODS = '/k8s/api/v1/namespaces/ns/pods';
const LOG = `${PODS}/x/log?follow=true`;

const { cluster, gateway } = useGateway();

beforeAll(async () => {
  cluster.api.answer = (req, res) => {
    if (!req.url?.endsWith('/log?follow=true')) return false;
    res.writeHead(200).write('line\n');
    return true;
  };
});

type Headers = Record<string, string>;

/** An answer that goes on. Resolves when it has begun; `over` when it was cut. */
async function follow(path: string, headers: Headers): Promise<{ status: number; over: Promise<void> }> {
  const req = request({ port: gateway.port, path, headers, agent: false });
  req.on('error', () => undefined);
  return new Promise((resolve) => {
    req.once('response', (res) => {
      res.on('error', () => undefined).resume();
      resolve({ status: res.statusCode ?? 0, over: new Promise((over) => res.once('close', over)) });
    });
    req.end();
  });
}

/** Everything that goes on, opened with one credential. `over` tells how the console ended when all of it was cut. */
async function openAll(vm: string, headers: Headers): Promise<{ over: () => Promise<Ended> }> {
  const path = VNC.replace('demo', vm);
  const follows = await Promise.all([`${PODS}?watch=true`, LOG].map((one) => follow(one, headers)));
  expect(follows.map(({ status }) => status)).toEqual([200, 200]);
  const usb = await view(gateway.port, path.replace(/vnc$/, 'usbredir'), headers);
  const screen = await view(gateway.port, path, headers);
  await Promise.all([usb, screen].map((one) => one.receives('RFB')));
  const atCluster = cluster.api.guests.filter(({ url }) => url.includes(`/${vm}/`));
  expect(atCluster).toHaveLength(2);
  const over = async (): Promise<Ended> => {
    await Promise.all(follows.map((one) => one.over));
    expect((await usb.ended).code).toBe(1006);
    const end = await screen.ended;
    await until(() => atCluster.every(({ socket }) => socket.readyState === socket.CLOSED));
    return end;
  };
  return { over };
}

let machines = 0;
async function bound(): Promise<{ vm: string; grant: GateToken; headers: Headers }> {
  const vm = `bound-${++machines}`;
  cluster.startVm(vm);
  const usb = VNC.slice('/k8s'.length).replace('demo', vm).replace(/vnc$/, 'usbredir');
  const grant = await cluster.grant({ vm, urls: [`${PODS.slice('/k8s'.length)}*`, usb] });
  return { vm, grant, headers: { authorization: `Bearer ${grant.status?.token}` } };
}

describe('row 10: what goes on is cut', () => {
  it.each([
    ['is revoked', 4002, (grant: GateToken) => cluster.revoke(grant)],
    ['is taken back by the operator', 4002, (grant: GateToken) => cluster.takeBack(grant)],
    ['is refused by the operator', 4002, (grant: GateToken) => cluster.refuse(grant, 'SecretNotFound')],
    ['is refused for its VM', 4004, (grant: GateToken) => cluster.refuse(grant, 'VirtualMachineReplaced')],
  ])('when the grant %s', async (_name, code, end) => {
    const { vm, grant, headers } = await bound();
    const all = await openAll(vm, headers);
    end(grant);
    expect((await all.over()).code).toBe(code);
  });

  it('when the VM is deleted', async () => {
    const { vm, headers } = await bound();
    const all = await openAll(vm, headers);
    cluster.api.objects.delete('virtualmachines', vm);
    cluster.api.objects.delete('virtualmachineinstances', vm);
    expect((await all.over()).code).toBe(4004);
  });

  it('when the VM is recreated under the same name', async () => {
    const { vm, headers } = await bound();
    const all = await openAll(vm, headers);
    cluster.api.objects.delete('virtualmachines', vm);
    cluster.startVm(vm, {}, { instance: false });
    expect((await all.over()).code).toBe(4004);
  });

  it('not when the machine only stops: a watch goes on', async () => {
    const { vm, grant, headers } = await bound();
    const watch = await follow(`${PODS}?watch=true`, headers);
    const screen = await view(gateway.port, VNC.replace('demo', vm), headers);
    await screen.receives('RFB');
    cluster.stopVm(vm);
    expect((await screen.ended).code).toBe(4004);
    const still = new Promise((resolve) => setImmediate(resolve, 'still'));
    expect(await Promise.race([watch.over, still])).toBe('still');
    cluster.revoke(grant);
    await watch.over;
  });

  it('when a sign-in ends', async () => {
    const sealed = new SealedCookie(readConfig(BASE_ENV));
    const until = Date.now() + 1500;
    const user = { token: 'theirs', username: 'eve', groups: [], method: 'token', until, session: 's1' } as const;
    const cookie = `${SIGN_IN_COOKIE}=${await sealed.seal({ ...user, groups: [] })}`;
    cluster.startVm('signed-in');
    const all = await openAll('signed-in', { cookie, origin: 'https://gate.example.com' });
    expect(await all.over()).toEqual({ code: 4001, reason: 'Your sign-in has ended.' });
    expect(Date.now() - until).toBeLessThan(2000);
  });
});
