const CONSOLE = /\/namespaces\/([^/*]+)\/virtualmachineinstances\/([^/*]+)\/(vnc|console)$/;

/**
 * Recognises a gate token: a JWT whose claims include `URLs`. Verifies nothing; the gateway does.
 * @returns the VM whose console it opens, names empty where its URLs name none; undefined for any other token.
 */
export function readGateToken(token: string): { namespace: string; name: string } | undefined {
  const urls = claims(token)?.['URLs'];
  if (!Array.isArray(urls)) return undefined;
  for (const url of urls) {
    const [, namespace, name] = (typeof url === 'string' && CONSOLE.exec(url)) || [];
    if (namespace && name) return { namespace, name };
  }
  return { namespace: '', name: '' };
}

function claims(token: string): Record<string, unknown> | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
