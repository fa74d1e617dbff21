/** Field paths as Kubernetes prints them: `spec.urls[0]`, `spec.labels[app]`. The root is empty. */
export const child = (path: string, name: string): string => (path ? `${path}.${name}` : name);
export const index = (path: string, i: number): string => `${path}[${i}]`;
export const key = (path: string, name: string): string => `${path}[${name}]`;
