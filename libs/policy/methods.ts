/** The methods that the Kubernetes API knows; a grant may name no other. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

const KNOWN: ReadonlySet<string> = new Set(METHODS);

/** The method in upper case, or undefined if it is not one. */
export function parseMethod(text: string): Method | undefined {
  const upper = text.toUpperCase();
  return KNOWN.has(upper) ? (upper as Method) : undefined;
}
