/** A word for the shell, whatever it holds. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The cluster of this folder is meant unless the caller names another. */
const environment = (kubeconfig: string, cache: string): string =>
  `: "\${KUBECONFIG:=${kubeconfig}}" "\${KUBECACHEDIR:=${cache}}"\nexport KUBECONFIG KUBECACHEDIR\n`;

export interface ToolPaths {
  kubectl: string;
  kubeconfig: string;
  /** kubectl's cache of discovery. */
  cache: string;
}

export function kubectlShim({ kubectl, kubeconfig, cache }: ToolPaths): string {
  return `#!/bin/sh\n${environment(kubeconfig, cache)}exec ${quote(kubectl)} "$@"\n`;
}

/** `oc` for scripts that were written for OpenShift: whoami, and kubectl for everything else. */
export function ocShim({ kubectl, kubeconfig, cache }: ToolPaths): string {
  const view = (path: string): string => `config view --raw --minify -o 'jsonpath={${path}}{"\\n"}'`;
  return `#!/bin/sh
${environment(kubeconfig, cache)}kubectl=${quote(kubectl)}
if [ "$1" != whoami ]; then exec "$kubectl" "$@"; fi
shift
case "$1" in
  -t | --show-token | --show-token=true) exec "$kubectl" ${view('.users[0].user.token')} ;;
  --show-server | --show-server=true) exec "$kubectl" ${view('.clusters[0].cluster.server')} ;;
  -c | --show-context | --show-context=true) exec "$kubectl" config current-context ;;
  '') exec "$kubectl" auth whoami -o 'jsonpath={.status.userInfo.username}{"\\n"}' ;;
  *) echo "oc whoami: this stand-in for oc knows -t, --show-server and -c, not $1" >&2; exit 1 ;;
esac
`;
}

export const passOn = (program: string): string => `#!/bin/sh\nexec ${quote(program)} "$@"\n`;

export const runScript = (node: string, script: string): string =>
  `#!/bin/sh\nexec ${quote(node)} ${quote(script)} "$@"\n`;

/** Says what is missing instead of "command not found". */
export const missing = (what: string): string => `#!/bin/sh\necho ${quote(what)} >&2\nexit 127\n`;
