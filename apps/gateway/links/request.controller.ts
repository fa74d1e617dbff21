import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { jwtSecretOf } from '#libs/api';
import { TokenRequest, TokenResponse } from '#libs/api/rest';
import { Clock } from '#libs/ops';
import { CurrentUser, type User } from '../access/user.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Audited } from '../http/audited.js';
import { Issuance } from '../credentials/issuance.js';
import { dto } from '../http/dto.js';
import { Operation } from '../http/operation.js';
import { invalidGrant } from '../grants/invalid-grant.js';
import { ForTokens } from '../http/access.js';
import { issue, type IssuedGrant } from '../grants/issue.js';
import { noJwts } from '../grants/no-jwts.js';

class TokenBody extends dto(TokenRequest, invalidGrant(specPath)) {}

const ISSUE = { audit: 'issue', verb: 'create', resource: 'gatetokens' } as const;

const VNC = '/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo/vnc';

@ApiTags('Links')
@ForTokens()
@Controller()
export class RequestController {
  constructor(
    private readonly clock: Clock,
    private readonly issuance: Issuance,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Operation({
    id: 'requestToken',
    summary: 'Issue a JWT with a Kubernetes token; the GateToken is created as that user',
    body: TokenBody,
    examples: { screen: { summary: 'The screen of a VM', value: { URLs: [VNC], duration: '10m' } } },
    status: 200,
    answer: TokenResponse,
    refuses: [400, 401, 403, 409, 422, 429, 503, 504],
  })
  @Audited({ ...ISSUE, grantOf: specOf, told: ({ ID }: TokenResponse) => ({ name: ID }) })
  @Post('auth/jwt/request')
  async request(@CurrentUser() { client }: User, @Body() { URLs, ...rest }: TokenBody): Promise<TokenResponse> {
    const { namespace, gateServer, publicUrls, storeTokens } = this.config;
    if (!storeTokens) throw noJwts(namespace, `Issue a link instead: POST /api/v1/namespaces/${namespace}/gatetokens.`);
    const publicUrl = publicUrls[0]?.origin ?? '';
    const spec = { urls: URLs, ...given(rest), 'secret-name': jwtSecretOf(gateServer) };
    const order = { client, issuance: this.issuance, isOwn: true, namespace, spec, want: 'token' as const, publicUrl };
    return toAnswer(await issue(order, this.clock));
  }
}

/** Of a body that may be malformed. */
function specOf(body: unknown): object {
  const { URLs: urls, ...rest } = (body ?? {}) as Record<string, unknown>;
  return { ...rest, urls };
}

/** An unknown field keeps the name that was sent: a GateToken may well have a field of that name. */
function specPath(field: string): string {
  if (field === 'URLs') return 'spec.urls';
  return Object.hasOwn(TokenRequest.shape, field) ? `spec.${field}` : field;
}

/** The original system's scripts send an empty string for an absent value. */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) as Partial<T>;
}

function toAnswer({ gatetoken, token = '' }: IssuedGrant): TokenResponse {
  const { metadata, spec, status } = gatetoken;
  const data = status?.data;
  return {
    ID: metadata.name ?? '',
    From: data?.from ?? '',
    Until: data?.until ?? '',
    Duration: data?.duration ?? spec.duration ?? '',
    NBf: data?.nbf ?? 0,
    Exp: data?.exp ?? 0,
    Verbs: data?.verbs ?? spec.verbs ?? [],
    URLs: data?.urls ?? spec.urls ?? [],
    Token: token,
  };
}
