import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CheckResponse, GateTokenView, GateTokenViewList, IssueResponse } from '#libs/api/rest';
import { Audited, type Told } from '../http/audited.js';
import { Operation } from '../http/operation.js';
import { GateTokensService } from './gatetokens.service.js';
import { ISSUE_EXAMPLES, IssueBody, IssueParams } from './issue-request.js';
import { KubeNameParam } from '../http/kube-name.js';
import { CurrentUser, type User } from '../access/user.js';

const on = (audit: 'issue' | 'check' | 'revoke' | 'delete', verb: string) =>
  ({ audit, verb, resource: 'gatetokens' }) as const;

/** In the present names of fields, where the body can be read. */
const specOf = (body: unknown): unknown => IssueBody.schema.safeParse(body).data ?? body;

/** A check that finds nothing wrong does nothing. */
const problemsOf = ({ allowed, problems }: CheckResponse): Told => (allowed ? { silent: true } : { problems });

@ApiTags('GateTokens')
@Controller('api/v1/namespaces/:ns/gatetokens')
export class GateTokensController {
  constructor(private readonly tokens: GateTokensService) {}

  @Operation({
    id: 'listGateTokens',
    summary: 'List the grants of a namespace, without their tokens',
    status: 200,
    answer: GateTokenViewList,
    refuses: [400, 401, 403],
  })
  @Get()
  list(@CurrentUser() user: User, @Param('ns', KubeNameParam) ns: string): Promise<GateTokenViewList> {
    return this.tokens.list(user.client, ns);
  }

  @Operation({
    id: 'issueGateToken',
    summary: 'Issue a grant. Only this answer contains its link or, with ?token=true, its JWT',
    body: IssueBody,
    examples: ISSUE_EXAMPLES,
    query: IssueParams,
    status: 201,
    answer: IssueResponse,
    refuses: [400, 401, 403, 409, 422, 503, 504],
  })
  @Audited({ ...on('issue', 'create'), grantOf: specOf, told: ({ gatetoken: { name } }: IssueResponse) => ({ name }) })
  @Post()
  issue(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Body() body: IssueBody,
    @Query() { token }: IssueParams,
  ): Promise<IssueResponse> {
    return this.tokens.issue(user.client, ns, body, token === 'true' ? 'token' : 'link');
  }

  @Operation({
    id: 'checkGateToken',
    summary: 'Check what a grant would allow and whether you can issue it, without creating it',
    body: IssueBody,
    examples: ISSUE_EXAMPLES,
    query: IssueParams,
    status: 200,
    answer: CheckResponse,
    refuses: [400, 401, 403, 422, 503],
  })
  @Audited({ ...on('check', 'create'), told: problemsOf })
  @Post('check')
  check(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Body() body: IssueBody,
    @Query() { token }: IssueParams,
  ): Promise<CheckResponse> {
    return this.tokens.check(user.client, ns, body, token === 'true' ? 'token' : 'link');
  }

  @Operation({
    id: 'getGateToken',
    summary: 'Get a grant, without its token',
    status: 200,
    answer: GateTokenView,
    refuses: [400, 401, 403, 404],
  })
  @Get(':name')
  get(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Param('name', KubeNameParam) name: string,
  ): Promise<GateTokenView> {
    return this.tokens.get(user.client, ns, name);
  }

  @Operation({
    id: 'revokeGateToken',
    summary: 'Revoke a grant; its consoles end within a second',
    status: 200,
    answer: GateTokenView,
    refuses: [400, 401, 403, 404],
  })
  @Audited(on('revoke', 'patch'))
  @Post(':name/revoke')
  revoke(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Param('name', KubeNameParam) name: string,
  ): Promise<GateTokenView> {
    return this.tokens.revoke(user.client, ns, name);
  }

  @Operation({
    id: 'deleteGateToken',
    summary: 'Delete a grant; its consoles end within a second',
    status: 204,
    refuses: [400, 401, 403, 404],
  })
  @Audited(on('delete', 'delete'))
  @Delete(':name')
  async delete(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Param('name', KubeNameParam) name: string,
  ): Promise<void> {
    await this.tokens.delete(user.client, ns, name);
  }
}
