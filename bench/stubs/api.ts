import { requestInfo } from '#libs/policy';
import { type Asked, answerOf, chunkOf, STREAM } from './connection.ts';
import { Fault, mergePatch, type Objects, type Stored } from './objects.ts';

type Info = ReturnType<typeof requestInfo>;
const WATCH_S = 300;

/**
 * The Kubernetes API over `objects`, as far as the gateway and the operator use it: get, list in pages, watch, create, replace, patch
 * (merge; apply as merge), delete; tokens of accounts; reviews, which allow everything.
 */
export function serveApi(objects: Objects, asked: Asked): void {
  const { method, target, socket } = asked;
  const [path = '', query = ''] = target.split('?');
  const info = requestInfo(method, path, query);
  try {
    if (info.verb === 'watch') return watch(objects, asked, info, new URLSearchParams(query));
    const answer = info.isResource ? answerTo(objects, asked, info, new URLSearchParams(query)) : { kind: 'APIGroup' };
    socket.write(answerOf(method === 'POST' ? 201 : 200, JSON.stringify(answer)));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, reason } = error;
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: `${reason}: ${target}`,
      reason,
      code,
    };
    socket.write(answerOf(code, JSON.stringify(status)));
  }
}

function answerTo(objects: Objects, { method, head, body }: Asked, info: Info, query: URLSearchParams): object {
  const { namespace = '', resource = '', name, subresource } = info;
  const kind = `${info.group}/${resource}`;
  const sent = (body === '' ? { metadata: {} } : JSON.parse(body)) as Stored;
  if (subresource === 'token') return tokenOf(name ?? '');
  if (resource.endsWith('reviews')) return { ...sent, status: reviewed(resource) };
  if (info.verb === 'list') return list(objects, kind, namespace, query);
  if (query.has('dryRun')) return sent;
  if (method === 'POST') return objects.create(kind, namespace, sent);
  if (name === undefined) throw new Fault(405, 'MethodNotAllowed');
  if (method === 'GET') return objects.get(kind, namespace, name);
  if (method === 'DELETE') return objects.delete(kind, namespace, name);
  const isApply = /\r\ncontent-type: *application\/apply-patch/i.test(head);
  if (isApply && subresource === undefined && !objects.has(kind, namespace, name)) {
    return objects.create(kind, namespace, sent);
  }
  return objects.update(kind, namespace, name, (old) => next(old, sent, method, subresource, isApply));
}

function next(old: Stored, sent: Stored, method: string, subresource: string | undefined, isApply: boolean): Stored {
  const { resourceVersion, uid } = sent.metadata ?? {};
  const locked = { ...(resourceVersion ? { resourceVersion } : {}), ...(uid ? { uid } : {}) };
  const { resourceVersion: _version, uid: _uid, ...kept } = old.metadata;
  if (subresource === 'status') {
    const status = method === 'PUT' ? sent['status'] : mergePatch(old['status'], sent['status']);
    return { ...old, metadata: { ...kept, ...locked }, status };
  }
  const { status: _status, ...rest } = sent;
  const changed =
    method === 'PUT' ? { ...rest, status: old['status'] } : (mergePatch(old, isApply ? rest : sent) as Stored);
  const { resourceVersion: _v, uid: _u, ...metadata } = changed.metadata;
  const isNew = JSON.stringify(changed['spec']) !== JSON.stringify(old['spec']);
  const generation = Number(old.metadata['generation'] ?? 1) + (isNew ? 1 : 0);
  return { ...changed, metadata: { ...metadata, generation, ...locked } };
}

function list(objects: Objects, kind: string, namespace: string, query: URLSearchParams): object {
  const selected = objects.list(kind).filter(selector(namespace, query));
  const from = Number(query.get('continue') ?? 0);
  const to = from + Number(query.get('limit') ?? Infinity);
  const more = to < selected.length ? { continue: String(to), remainingItemCount: selected.length - to } : {};
  return { metadata: { resourceVersion: objects.version, ...more }, items: selected.slice(from, to) };
}

function watch(objects: Objects, { socket }: Asked, info: Info, query: URLSearchParams): void {
  const { namespace = '', group, resource = '' } = info;
  const isSelected = selector(namespace, query);
  let pending = '';
  const flush = (): void => {
    socket.write(chunkOf(pending));
    pending = '';
  };
  const since = Number(query.get('resourceVersion') ?? 0);
  const end = objects.watch(`${group}/${resource}`, since, ({ object, line }) => {
    if (!isSelected(object)) return;
    if (pending === '') setImmediate(flush);
    pending += line;
  });
  socket.write(STREAM);
  const timer = setTimeout(
    () => {
      stop();
      socket.write('0\r\n\r\n');
    },
    Number(query.get('timeoutSeconds') ?? WATCH_S) * 1000,
  );
  const stop = (): void => {
    end();
    clearTimeout(timer);
    socket.off('close', stop);
  };
  socket.once('close', stop);
}

/** Labels by presence or by value, and a name. */
function selector(namespace: string, query: URLSearchParams): (object: Stored) => boolean {
  const name = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '')?.[1];
  const labels = (query.get('labelSelector') ?? '').split(',').filter((one) => one !== '');
  const wanted = labels.map((one) => one.split(/==?/));
  return ({ metadata }) =>
    (namespace === '' || metadata.namespace === namespace) &&
    (name === undefined || metadata.name === name) &&
    wanted.every(([label = '', value]) => {
      const has = metadata.labels?.[label];
      return value === undefined ? has !== undefined : has === value;
    });
}

function tokenOf(account: string): object {
  const expirationTimestamp = new Date(Date.now() + 3_600_000).toISOString();
  return { kind: 'TokenRequest', status: { token: `token-of-${account}`, expirationTimestamp } };
}

function reviewed(resource: string): object {
  return resource === 'tokenreviews' ? { authenticated: true, user: { username: 'bench' } } : { allowed: true };
}
