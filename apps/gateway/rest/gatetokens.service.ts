import {
  type CheckResponse,
  type GateServer,
  type GateToken,
  type GateTokenView,
  type IssueRequest,
  type IssueResponse,
} from '#libs/api';
import { KubeError, types, type UserClient } from '#libs/kube';
import { boundVm, explain, parseGrant, rights } from '#libs/policy';
import { DurationError, parseDuration } from '#libs/token';
import { type GatewayConfig } from '../config.js';
import { Refusal } from '../errors.js';
import { issue } from '../grants/issue.js';
import { gateTokenView } from './gatetoken-view.js';

type Where = Pick<GatewayConfig, 'namespace' | 'publicUrls' | 'maxDuration'>;

/** Grants as the user sees, makes and revokes them: Kubernetes judges each step with her own rights. */
export class GateTokensService {
  constructor(private readonly where: Where) {}

  async list(client: UserClient, namespace: string): Promise<{ items: GateTokenView[] }> {
    const { items } = await client.list<GateToken>(types.gateTokens, namespace);
    return { items: items.map(gateTokenView) };
  }

  async get(client: UserClient, namespace: string, name: string): Promise<GateTokenView> {
    return gateTokenView(await client.get<GateToken>(types.gateTokens, name, namespace));
  }

  async issue(
    client: UserClient,
    namespace: string,
    request: IssueRequest,
    want: 'link' | 'token',
  ): Promise<IssueResponse> {
    const { name, ...spec } = request;
    const publicUrl = await this.publicUrl(client, namespace);
    const { gatetoken, ...told } = await issue({ client, namespace, spec, want, publicUrl, ...(name ? { name } : {}) });
    return { gatetoken: gateTokenView(gatetoken), ...told };
  }

  async revoke(client: UserClient, namespace: string, name: string): Promise<GateTokenView> {
    const body = { spec: { revoked: true } };
    return gateTokenView(await client.patch<GateToken>(types.gateTokens, name, namespace, body, 'merge'));
  }

  async delete(client: UserClient, namespace: string, name: string): Promise<void> {
    await client.delete(types.gateTokens, name, namespace);
  }

  /** What such a grant would allow, and whether she may give it, before it is made. */
  async check(client: UserClient, namespace: string, request: IssueRequest): Promise<CheckResponse> {
    const problems = durationProblems(request.duration, this.where.maxDuration);
    let grants: string[] = [];
    try {
      const grant = parseGrant({ ...request, namespace });
      grants = explain(grant);
      rights(grant); // Refuses what would need more reviews than security.md row 14 allows.
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
    problems.push(...(await this.kubernetesProblems(client, namespace, request)));
    return { allowed: problems.length === 0, grants, problems };
  }

  /** A dry run is the API server's own word on rights and schema; nothing is stored. */
  private async kubernetesProblems(client: UserClient, namespace: string, request: IssueRequest): Promise<string[]> {
    const { name, ...spec } = request;
    const gatetoken = {
      apiVersion: 'kubegateway.kubevirt.io/v1beta1',
      kind: 'GateToken',
      metadata: { namespace, ...(name ? { name } : { generateName: 'gatetoken-' }) },
      spec,
    };
    try {
      const path = `/apis/kubegateway.kubevirt.io/v1beta1/namespaces/${namespace}/gatetokens`;
      const response = await client.request('POST', path, { body: gatetoken, query: { dryRun: 'All' } });
      await response.body.dump();
    } catch (error) {
      if (error instanceof KubeError && [400, 403, 404, 409, 422].includes(error.code)) return [error.message];
      throw error;
    }
    const vm = request.vm ?? boundVm(request.urls ?? [])?.vm;
    if (vm === undefined) return [];
    return client.get(types.virtualMachines, vm, namespace).then(
      () => [],
      (error: unknown) => {
        if (error instanceof KubeError && error.code === 404)
          return [`There is no VM ${vm} in namespace ${namespace}.`];
        if (error instanceof KubeError && error.code === 403) return [];
        throw error;
      },
    );
  }

  /** Base of links: the first public URL of the namespace's GateServer. @throws Refusal 409 where there is none */
  private async publicUrl(client: UserClient, namespace: string): Promise<string> {
    const own = this.where.publicUrls[0];
    if (namespace === this.where.namespace && own !== undefined) return own.origin;
    const { items } = await client.list<GateServer>(types.gateServers, namespace);
    const spec = items[0]?.spec;
    if (spec !== undefined) return spec['public-urls']?.[0] ?? `https://${spec.route}`;
    throw new Refusal(
      409,
      `Namespace ${namespace} has no GateServer, so no link can be issued for it.`,
      'Ask an administrator to create one there.',
    );
  }
}

function durationProblems(duration: string | undefined, max: number): string[] {
  if (duration === undefined) return [];
  try {
    return parseDuration(duration) > max ? [`spec.duration: ${duration} is longer than this gateway issues.`] : [];
  } catch (error) {
    if (error instanceof DurationError) return [`spec.duration: ${error.message}`];
    throw error;
  }
}
