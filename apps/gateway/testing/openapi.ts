import { call } from './clients.js';

export type Content = Record<string, { schema?: { $ref?: string }; examples?: Record<string, { value: unknown }> }>;

export interface OperationObject {
  operationId?: string;
  summary?: string;
  parameters?: { name: string; in: 'path' | 'query'; example?: string; required?: boolean }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
  security?: Record<string, string[]>[];
}

/** The description of the REST API, as far as tests read it. */
export interface Document {
  paths: Record<string, Record<string, OperationObject>>;
  components: {
    schemas: Record<string, { properties?: Record<string, unknown> }>;
    securitySchemes: Record<string, unknown>;
  };
  security: Record<string, string[]>[];
}

export async function readDocument(port: number): Promise<Document> {
  return JSON.parse((await call(port, '/api/openapi.json')).body) as Document;
}

export function operationsOf({ paths }: Document): (OperationObject & { method: string; path: string })[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
}
