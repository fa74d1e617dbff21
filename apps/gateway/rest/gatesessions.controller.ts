import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type GateSession } from '#libs/api';
import { GateSessionList } from '#libs/api/rest';
import { types } from '#libs/kube';
import { Audited } from '../http/audited.js';
import { Operation } from '../http/operation.js';
import { gateSessionView } from './gatesession-view.js';
import { KubeNameParam } from '../http/kube-name.js';
import { CurrentUser, type User } from '../access/user.js';

@ApiTags('GateSessions')
@Controller('api/v1/namespaces/:ns/gatesessions')
export class GateSessionsController {
  @Operation({
    id: 'listGateSessions',
    summary: 'List live and ended consoles',
    status: 200,
    answer: GateSessionList,
    refuses: [400, 401, 403],
  })
  @Get()
  async list(@CurrentUser() user: User, @Param('ns', KubeNameParam) ns: string): Promise<GateSessionList> {
    const { items } = await user.client.list<GateSession>(types.gateSessions, ns);
    return { items: items.map(gateSessionView) };
  }

  @Operation({ id: 'deleteGateSession', summary: 'End a console', status: 204, refuses: [400, 401, 403, 404] })
  @Audited({ audit: 'cut', verb: 'delete', resource: 'gatesessions' })
  @Delete(':name')
  async delete(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Param('name', KubeNameParam) name: string,
  ): Promise<void> {
    await user.client.delete(types.gateSessions, name, ns);
  }
}
