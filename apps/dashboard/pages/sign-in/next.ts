/** Where to go after sign-in: a path of this host, whatever the address says. */
export function nextPath(wanted: string | null, origin: string): string {
  if (!wanted?.startsWith('/')) return '/vms';
  const url = URL.parse(wanted, origin);
  return url?.origin === origin && url.pathname !== '/login' ? url.pathname + url.search : '/vms';
}
