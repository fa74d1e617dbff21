import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type GateSession, type GateSessionList } from '#libs/api';
import { types } from '#libs/kube';
import { gateSessionView } from './gatesession-view.js';
import { KubeName } from './names.js';
import { CurrentUser, type User } from '../access/user.js';

@ApiTags('GateSessions')
@Controller('api/v1/namespaces/:ns/gatesessions')
export class GateSessionsController {
  @ApiOperation({ summary: 'Live and ended consoles' })
  @Get()
  async list(@CurrentUser() user: User, @Param('ns', KubeName) ns: string): Promise<GateSessionList> {
    const { items } = await user.client.list<GateSession>(types.gateSessions, ns);
    return { items: items.map(gateSessionView) };
  }

  @ApiOperation({ summary: 'Cut a console' })
  @HttpCode(204)
  @Delete(':name')
  async delete(
    @CurrentUser() user: User,
    @Param('ns', KubeName) ns: string,
    @Param('name', KubeName) name: string,
  ): Promise<void> {
    await user.client.delete(types.gateSessions, name, ns);
  }
}
