import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { Status } from '#libs/api/rest';
import { type RefusalCode } from './refusal.js';

type Reference = { $ref: string };

export interface OperationOptions {
  /** Unique in the API: generated clients name their functions after it. */
  readonly id: string;
  readonly summary: string;
  readonly body?: { readonly schema: z.ZodType };
  /** Request bodies by name, to start from. */
  readonly examples?: Record<string, { summary: string; value: object }>;
  readonly query?: { readonly schema: z.ZodObject };
  readonly status: 200 | 201 | 202 | 204;
  /** What is answered; absent: an empty body. */
  readonly answer?: z.ZodType;
  /** Default: JSON. */
  readonly produces?: string;
  readonly refuses: readonly RefusalCode[];
}

const WHY: Partial<Record<RefusalCode, string>> = {
  400: 'The request is malformed',
  401: 'No valid credential was presented',
  403: 'The credential does not allow this, or another site made the request',
  404: 'The object does not exist',
  409: 'Conflicts with the current state',
  410: 'The link has expired, or it was used or revoked',
  422: 'The grant is invalid; details.causes names each field',
  425: 'The link is not valid yet',
  429: 'Too many attempts from this address; see Retry-After',
  503: 'The operator of kube-gateway does not answer, or the cluster cannot be asked',
  504: 'The grant did not become ready in time',
};

/** What a route is for, what it takes and answers: sets its status and its part of /api/openapi.json. */
export function Operation(options: OperationOptions): MethodDecorator {
  const { id, summary, body, examples, query, status, answer, produces, refuses } = options;
  const answers = answer === undefined ? {} : { schema: reference(answer) };
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ operationId: id, summary }),
    ...(body === undefined ? [] : [ApiBody({ schema: reference(body.schema), ...(examples && { examples }) })]),
    ...(query === undefined ? [] : queriesOf(query.schema)),
    ...(produces === undefined ? [] : [ApiProduces(produces)]),
    ApiResponse({ status, description: answer === undefined ? 'Done; the body is empty' : summary, ...answers }),
    ...refuses.map((code) => ApiResponse({ status: code, description: WHY[code] ?? '', ...STATUS })),
    ApiResponse({ status: 'default', description: 'Any other error', ...STATUS }),
  );
}

/** @returns where the description of the API has this schema, which bears an id */
function reference(schema: z.ZodType): Reference {
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) throw new Error('A schema of the REST API needs an id.');
  return { $ref: `#/components/schemas/${id}` };
}

const STATUS = { content: { 'application/json': { schema: reference(Status) } } };

function queriesOf(schema: z.ZodObject): MethodDecorator[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { target: 'openapi-3.0' });
  return Object.entries(properties).map(([name, described]) => {
    const { description, ...type } = described as Record<string, unknown>;
    const words = typeof description === 'string' ? { description } : {};
    return ApiQuery({ name, required: required.includes(name), schema: type, ...words });
  });
}
