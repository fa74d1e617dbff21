import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Request } from 'express';
import { type GateTokenSpec, jwtSecretOf } from '#libs/api';
import { CurrentUser, type User } from '../access/user.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { ForTokens } from '../http/access.js';
import { Refusal } from '../http/refusal.js';
import { issue, type Issued } from '../grants/issue.js';
import { Audit } from '../ops/audit.js';
import { clientAddress } from '../http/client-address.js';

/** The answer of the original system, its names included. */
interface RequestedToken {
  ID: string;
  From: string;
  Until: string;
  Duration: string;
  NBf: number;
  Exp: number;
  Verbs: string[];
  URLs: string[];
  Token: string;
}

@ApiTags('Links')
@ForTokens()
@Controller()
export class RequestController {
  constructor(
    private readonly audit: Audit,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  @ApiOperation({ summary: 'Issue a token with a Kubernetes bearer token: a GateToken is created as that user' })
  @HttpCode(200)
  @Post('auth/jwt/request')
  async request(@Req() req: Request, @CurrentUser() { client }: User, @Body() body: unknown): Promise<RequestedToken> {
    const { namespace, gateServer, publicUrls } = this.config;
    const publicUrl = publicUrls[0]?.origin ?? '';
    const issued = await issue({
      client,
      namespace,
      spec: { ...readSpec(body), 'secret-name': jwtSecretOf(gateServer) },
      want: 'token',
      publicUrl,
    });
    const address = clientAddress(req.socket.remoteAddress, req.headers['x-forwarded-for'], this.config.trustedHops);
    const by = issued.gatetoken.spec.issuer?.username ?? 'a Kubernetes token';
    this.audit.issued({ token: issued.gatetoken.metadata.name ?? '', namespace, address, by });
    return toAnswer(issued);
  }
}

/** What the fields mean is judged by the schema of GateTokens; only their JSON types are looked at here. */
function readSpec(body: unknown): Omit<GateTokenSpec, 'link-hash' | 'issuer'> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw notUnderstood('a JSON object');
  const { URLs, duration, from, verbs } = body as Record<string, unknown>;
  if (!isTexts(URLs)) throw notUnderstood('URLs as a list of API paths');
  if (verbs !== undefined && !isTexts(verbs)) throw notUnderstood('verbs as a list of HTTP methods');
  if (duration !== undefined && typeof duration !== 'string') throw notUnderstood('duration as text such as 1h30m');
  if (from !== undefined && typeof from !== 'string') throw notUnderstood('from as an RFC 3339 date');
  return {
    urls: URLs,
    ...(verbs === undefined ? {} : { verbs }),
    ...(duration === undefined || duration === '' ? {} : { duration }),
    ...(from === undefined || from === '' ? {} : { from }),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function notUnderstood(wanted: string): Refusal {
  return new Refusal(400, `The body is not understood: it needs ${wanted}.`, 'Send {"URLs": [...], "duration": "1h"}.');
}

function toAnswer({ gatetoken, token = '' }: Issued): RequestedToken {
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
