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

/** kubectl's global options that take their value as the next word. */
const WITH_VALUE = '--context | --kubeconfig | --cluster | --user | --server | -s | --namespace | -n | --token | --as';

/** `oc` for scripts that were written for OpenShift: whoami, and kubectl for everything else. Global options may stand anywhere. */
export function ocShim({ kubectl, kubeconfig, cache }: ToolPaths): string {
  const view = (path: string): string => `config view --raw --minify -o 'jsonpath={${path}}{"\\n"}' "$@"`;
  return `#!/bin/sh
${environment(kubeconfig, cache)}kubectl=${quote(kubectl)}
value='' command=''
for word; do
  if [ "$value" ]; then value=''; continue; fi
  case "$word" in
    ${WITH_VALUE}) value=yes ;;
    -*) ;;
    *) command=$word; break ;;
  esac
done
if [ "$command" != whoami ]; then exec "$kubectl" "$@"; fi
value='' show=user
for word; do
  shift
  if [ "$value" ]; then value=''; set -- "$@" "$word"; continue; fi
  case "$word" in
    ${WITH_VALUE}) value=yes; set -- "$@" "$word" ;;
    --*=*) set -- "$@" "$word" ;;
    whoami) ;;
    -t | --show-token) show=token ;;
    --show-server) show=server ;;
    -c | --show-context) show=context ;;
    *) echo "oc whoami: this stand-in for oc knows -t, --show-server and -c, not $word" >&2; exit 1 ;;
  esac
done
case "$show" in
  token) exec "$kubectl" ${view('.users[0].user.token')} ;;
  server) exec "$kubectl" ${view('.clusters[0].cluster.server')} ;;
  context) exec "$kubectl" ${view('.current-context')} ;;
  user) exec "$kubectl" auth whoami -o 'jsonpath={.status.userInfo.username}{"\\n"}' "$@" ;;
esac
`;
}

export const passOn = (program: string): string => `#!/bin/sh\nexec ${quote(program)} "$@"\n`;

export const runScript = (node: string, script: string): string =>
  `#!/bin/sh\nexec ${quote(node)} ${quote(script)} "$@"\n`;

/** Says what is missing instead of "command not found". */
export const missing = (what: string): string => `#!/bin/sh\necho ${quote(what)} >&2\nexit 127\n`;
