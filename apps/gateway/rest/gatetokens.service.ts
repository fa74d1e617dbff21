import { Inject, Injectable } from '@nestjs/common';
import {
  API_VERSION,
  type CheckResponse,
  type GateServer,
  gateServerDefaults,
  type GateToken,
  type GateTokenView,
  type IssueRequest,
  type IssueResponse,
  jwtSecretOf,
} from '#libs/api';
import { isKubeError, types, type UserClient } from '#libs/kube';
import { Clock } from '#libs/ops';
import { parseDuration } from '#libs/token';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Refusal } from '../http/refusal.js';
import { Issuance } from '../credentials/issuance.js';
import { dryRun } from '../grants/create-gatetoken.js';
import { issue } from '../grants/issue.js';
import { noJwts } from '../grants/no-jwts.js';
import { checkRequest } from './check-request.js';
import { gateTokenView } from './gatetoken-view.js';

type Where = Pick<GatewayConfig, 'namespace' | 'gateServer' | 'publicUrls' | 'maxDuration' | 'storeTokens'>;

/** What opens the grant. */
type Want = 'link' | 'token';

interface Gate {
  /** It is the GateServer of this gateway. */
  isOwn: boolean;
  publicUrl: string;
  /** Of a token, in milliseconds. */
  longest: number;
  /** False: it issues links alone. */
  storesTokens: boolean;
}

/** Grants as the user sees, issues and revokes them: Kubernetes judges each step by the user's own rights. */
@Injectable()
export class GateTokensService {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly where: Where,
    private readonly clock: Clock,
    private readonly issuance: Issuance,
  ) {}

  async list(client: UserClient, namespace: string): Promise<{ items: GateTokenView[] }> {
    const { items } = await client.list<GateToken>(types.gateTokens, namespace);
    return { items: items.map(gateTokenView) };
  }

  async get(client: UserClient, namespace: string, name: string): Promise<GateTokenView> {
    return gateTokenView(await client.get<GateToken>(types.gateTokens, name, namespace));
  }

  async issue(client: UserClient, namespace: string, request: IssueRequest, want: Want): Promise<IssueResponse> {
    const { name, ...spec } = this.completed(namespace, request);
    const secretName = spec['secret-name'];
    const { publicUrl, storesTokens, isOwn } = await this.gate(client, namespace, secretName);
    if (want === 'token' && !storesTokens) throw noJwts(namespace, LINK_INSTEAD);
    const order = { client, issuance: this.issuance, isOwn, namespace, spec, want, publicUrl };
    const { gatetoken, ...told } = await issue({ ...order, ...(name ? { name } : {}) }, this.clock);
    return { gatetoken: gateTokenView(gatetoken), ...told };
  }

  async revoke(client: UserClient, namespace: string, name: string): Promise<GateTokenView> {
    const body = { spec: { revoked: true } };
    return gateTokenView(await client.patch<GateToken>(types.gateTokens, name, namespace, body, 'merge'));
  }

  async delete(client: UserClient, namespace: string, name: string): Promise<void> {
    await client.delete(types.gateTokens, name, namespace);
  }

  /** What a grant would allow, and whether the user may issue it, before it is created. */
  async check(client: UserClient, namespace: string, asked: IssueRequest, want: Want): Promise<CheckResponse> {
    const request = this.completed(namespace, asked);
    const gate = await this.gate(client, namespace, request['secret-name']).catch(asProblem);
    const longest = typeof gate === 'string' ? this.where.maxDuration : gate.longest;
    const { grants, problems: found } = checkRequest(request, namespace, longest, this.clock.now());
    const isOwn = typeof gate !== 'string' && gate.isOwn;
    const { invalid, problems: told } = await this.kubernetesProblems(client, namespace, request, isOwn);
    // What the schema refuses would be told twice.
    const problems = new Set([...(invalid ? [] : found), ...gateProblems(gate, namespace, want), ...told]);
    return { allowed: problems.size === 0, grants, problems: [...problems] };
  }

  /** A dry run has the API server itself check rights and schema; nothing is stored. `invalid`: by the schema. */
  private async kubernetesProblems(
    client: UserClient,
    namespace: string,
    request: IssueRequest,
    isOwn: boolean,
  ): Promise<{ invalid: boolean; problems: string[] }> {
    const { name, ...spec } = request;
    const gatetoken: GateToken = {
      apiVersion: API_VERSION,
      kind: 'GateToken',
      metadata: { namespace, ...(name ? { name } : { generateName: 'gatetoken-' }) },
      spec,
    };
    try {
      await dryRun(client, gatetoken);
    } catch (error) {
      return { invalid: isKubeError(error, 422), problems: [asProblem(error)] };
    }
    const lack = await this.issuance.problem(client, gatetoken, isOwn);
    const ofVm = request.vm === undefined ? [] : await vmProblems(client, namespace, request.vm);
    return { invalid: false, problems: [...(lack === undefined ? [] : [lack]), ...ofVm] };
  }

  /** A grant issued here is for this gateway, unless it names another. */
  private completed(namespace: string, request: IssueRequest): IssueRequest {
    if (request['secret-name'] !== undefined || namespace !== this.where.namespace) return request;
    return { ...request, 'secret-name': jwtSecretOf(this.where.gateServer) };
  }

  /**
   * What a grant's GateServer says about links: the one whose secret the grant names, else the namespace's.
   * @throws Refusal 409 where there is none
   */
  private async gate(client: UserClient, namespace: string, secretName?: string): Promise<Gate> {
    const [own] = this.where.publicUrls;
    const isHere = namespace === this.where.namespace;
    if (isHere && own !== undefined && secretName === jwtSecretOf(this.where.gateServer)) {
      const { maxDuration: longest, storeTokens: storesTokens } = this.where;
      return { isOwn: true, publicUrl: own.origin, longest, storesTokens };
    }
    const { items } = await client.list<GateServer>(types.gateServers, namespace);
    const named = secretName !== undefined && items.find(({ status }) => status?.['secret-name'] === secretName);
    const server = named || items[0];
    if (server !== undefined) {
      const settings = gateServerDefaults(server.spec);
      return {
        isOwn: isHere && server.metadata.name === this.where.gateServer,
        publicUrl: settings['public-urls'][0] ?? `https://${server.spec.route}`,
        longest: parseDuration(settings['max-duration']),
        storesTokens: settings['store-tokens'],
      };
    }
    throw new Refusal(
      409,
      `Namespace ${namespace} has no GateServer, so no link can be issued for it.`,
      'Ask an administrator to create one there.',
    );
  }
}

const LINK_INSTEAD = 'Leave out ?token=true to get a link instead.';

/** @param gate the reason why there is none, if there is none */
function gateProblems(gate: Gate | string, namespace: string, want: Want): string[] {
  if (typeof gate === 'string') return [gate];
  return want === 'token' && !gate.storesTokens ? [asProblem(noJwts(namespace, LINK_INSTEAD))] : [];
}

/** @returns what a person can act on; @throws what they cannot */
function asProblem(error: unknown): string {
  if (error instanceof Refusal && error.code < 500) return error.toStatus().message;
  if (isKubeError(error, 400, 403, 404, 409, 422)) return error.message;
  throw error;
}

/** As the operator sees it: an instance without a VM counts too. Where the user may not look, the operator decides. */
async function vmProblems(client: UserClient, namespace: string, vm: string): Promise<string[]> {
  for (const type of [types.virtualMachines, types.virtualMachineInstances]) {
    try {
      await client.get(type, vm, namespace);
      return [];
    } catch (error) {
      if (isKubeError(error, 403)) return [];
      if (!isKubeError(error, 404)) throw error;
    }
  }
  return [`spec.vm: virtual machine ${vm} does not exist in namespace ${namespace}.`];
}
