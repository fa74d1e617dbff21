import { type INestApplication } from '@nestjs/common';

export interface Route {
  readonly method: string;
  /** As Express matches it: `/console/:ns/:vm`. */
  readonly path: string;
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

/** Every route that Express serves for the application, however it was registered. */
export function routesOf(app: INestApplication): Route[] {
  const { stack } = (app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } }).router;
  return stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : Object.keys(route.methods).map((method) => ({ method: method.toUpperCase(), path: String(route.path) })),
  );
}
