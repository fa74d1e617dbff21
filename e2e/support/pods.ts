import { kubectlOk } from './kubectl.js';

const LIVE = `go-template='{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}} {{end}}{{end}}'`;

/**
 * Names of the pods that are not being deleted: one that is still says Running, and is gone at any moment.
 * @param query what chooses them, as kubectl takes it (`-n NAMESPACE`, `-l SELECTOR`, `--field-selector …`)
 */
export async function podsThatStay(query: string): Promise<string[]> {
  return (await kubectlOk(`get pods ${query} -o ${LIVE}`)).split(' ').filter((name) => name !== '');
}
