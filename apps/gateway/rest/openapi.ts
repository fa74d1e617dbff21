import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { type NextFunction, type Request, type Response } from 'express';
import { DOCS_POLICY } from '../web/csp.js';

/** Describes the REST API at /api/openapi.json, browsable at /api/docs. */
export function serveOpenApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('kube-gateway')
    .setDescription(
      'Lists VMs, issues and revokes links to their consoles. A signed-in user, or a bearer of a Kubernetes token, acts with her own rights. Errors have the shape of a Kubernetes Status.',
    )
    .setVersion('v1')
    .addBearerAuth({ type: 'http', description: 'A Kubernetes token' })
    .build();
  app.use('/api/docs', (_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('content-security-policy', DOCS_POLICY);
    response.setHeader('referrer-policy', 'same-origin');
    next();
  });
  SwaggerModule.setup('api/docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'kube-gateway API',
  });
}
