import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type CheckResponse, type GateTokenView, type GateTokenViewList, type IssueResponse } from '#libs/api';
import { GateTokensService } from './gatetokens.service.js';
import { ISSUE_SCHEMA, issueRequest } from './issue-request.js';
import { KubeName } from './names.js';
import { CurrentUser, type User } from '../access/user.js';

@ApiTags('GateTokens')
@Controller('api/v1/namespaces/:ns/gatetokens')
export class GateTokensController {
  constructor(private readonly tokens: GateTokensService) {}

  @ApiOperation({ summary: 'The grants of a namespace, without their tokens' })
  @Get()
  list(@CurrentUser() user: User, @Param('ns', KubeName) ns: string): Promise<GateTokenViewList> {
    return this.tokens.list(user.client, ns);
  }

  @ApiOperation({ summary: 'Issue a grant: answers with its link, told this once, or with ?token=true with a JWT' })
  @ApiBody({ schema: ISSUE_SCHEMA })
  @ApiQuery({ name: 'token', required: false, enum: ['true', 'false'] })
  @Post()
  issue(
    @CurrentUser() user: User,
    @Param('ns', KubeName) ns: string,
    @Body() body: unknown,
    @Query('token') token?: string,
  ): Promise<IssueResponse> {
    return this.tokens.issue(user.client, ns, issueRequest(body), token === 'true' ? 'token' : 'link');
  }

  @ApiOperation({ summary: 'What such a grant would allow and whether you may give it' })
  @ApiBody({ schema: ISSUE_SCHEMA })
  @HttpCode(200)
  @Post('check')
  check(@CurrentUser() user: User, @Param('ns', KubeName) ns: string, @Body() body: unknown): Promise<CheckResponse> {
    return this.tokens.check(user.client, ns, issueRequest(body));
  }

  @ApiOperation({ summary: 'One grant, without its token' })
  @Get(':name')
  get(
    @CurrentUser() user: User,
    @Param('ns', KubeName) ns: string,
    @Param('name', KubeName) name: string,
  ): Promise<GateTokenView> {
    return this.tokens.get(user.client, ns, name);
  }

  @ApiOperation({ summary: 'Revoke it: its consoles end within a second' })
  @HttpCode(200)
  @Post(':name/revoke')
  revoke(
    @CurrentUser() user: User,
    @Param('ns', KubeName) ns: string,
    @Param('name', KubeName) name: string,
  ): Promise<GateTokenView> {
    return this.tokens.revoke(user.client, ns, name);
  }

  @ApiOperation({ summary: 'Delete it: its consoles end within a second' })
  @HttpCode(204)
  @Delete(':name')
  async delete(
    @CurrentUser() user: User,
    @Param('ns', KubeName) ns: string,
    @Param('name', KubeName) name: string,
  ): Promise<void> {
    await this.tokens.delete(user.client, ns, name);
  }
}
