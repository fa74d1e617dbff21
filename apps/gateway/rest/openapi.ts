import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import { type GatewayConfig } from '../config/config.js';
import { LAST_GRANT } from '../grants/cookies.js';
import { foreignHost } from '../http/public-url.js';
import { SIGN_IN_COOKIE } from '../sign-in/sealed-cookie.js';
import { DOCS_POLICY } from '../web/csp.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** Serves the description of the REST API at /api/openapi.json, browsable at /api/docs. */
export function serveOpenApi(app: INestApplication, config: GatewayConfig): void {
  app.use('/api/docs', (request: Request, response: Response, next: NextFunction) => {
    const foreign = foreignHost(request, config);
    if (foreign !== undefined) throw foreign;
    response.setHeader('content-security-policy', DOCS_POLICY);
    response.setHeader('referrer-policy', 'same-origin');
    next();
  });
  SwaggerModule.setup('api/docs', app, () => describeApi(app, config.namespace), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'kube-gateway API',
  });
}

function describeApi(app: INestApplication, namespace: string): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, frame());
  const examples = examplesOf(namespace);
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path) as OperationObject[])) {
    for (const parameter of operation.parameters ?? []) Object.assign(parameter, examples[parameter.name]);
  }
  document.components = { ...document.components, schemas: schemas() };
  return document;
}

interface OperationObject {
  parameters?: { name: string }[];
}

/** What is true of every operation. Routes that need no sign-in say so themselves (http/access.ts). */
function frame(): Omit<OpenAPIObject, 'paths'> {
  const cookie = (name: string, description: string) => ({ type: 'apiKey', in: 'cookie', name, description }) as const;
  return new DocumentBuilder()
    .setTitle('kube-gateway')
    .setDescription(
      'List VMs, and issue and revoke links to their consoles. Requests with a sign-in or a Kubernetes token act with the permissions of that user. Errors have the shape of a Kubernetes Status.',
    )
    .setVersion('v1')
    .addBearerAuth({ type: 'http', description: 'A Kubernetes token' }, 'kubernetes-token')
    .addSecurity('sign-in', cookie(SIGN_IN_COOKIE, 'Set by POST /login'))
    .addSecurity('grant-cookie', cookie(LAST_GRANT, 'Set when a link is redeemed'))
    .addBearerAuth({ type: 'http', description: 'The JWT of a grant' }, 'grant-token')
    .addSecurityRequirements('kubernetes-token')
    .addSecurityRequirements('sign-in')
    .build();
}

/** What "Try it out" fills in: the VM of `npm start`, and the name in the examples of POST .../gatetokens. */
function examplesOf(namespace: string): Record<string, { description: string; example: string }> {
  return {
    ns: { description: 'A namespace', example: namespace },
    namespace: { description: 'Namespace of the VM', example: namespace },
    vm: { description: 'Name of a VM', example: 'demo' },
    name: { description: 'Name of the object', example: 'example' },
    action: { description: 'What to do', example: 'restart' },
    uid: { description: 'UID of the GateToken', example: '00000000-0000-0000-0000-000000000000' },
  };
}

/** Every schema of the REST API that has an id. */
function schemas(): Schemas {
  const uri = (id: string): string => `#/components/schemas/${id}`;
  const made = z.toJSONSchema(z.globalRegistry, { uri, target: 'openapi-3.0' }).schemas;
  return Object.fromEntries(Object.entries(made).map(([id, { $id: _address, ...schema }]) => [id, schema])) as Schemas;
}
