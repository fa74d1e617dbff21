import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType, types } from '#libs/kube';
import { typesOf } from '../discovery/index.js';
import { UserError } from './user-error.js';

const FIELD_MANAGER = 'npm-start';
/** The files are our own: looking for duplicate keys takes a third of the time. */
const FAST = { uniqueKeys: false } as const;
const KIND_WITHIN_MS = 15_000;
const POLL_MS = 50;

/** The objects of one file, or of every `.yaml` file of a folder in the order of their names. */
export function readManifests(path: string): KubeObject[] {
  const files = path.endsWith('.yaml') ? [path] : yamlFiles(path);
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8'), FAST).flatMap((document) => {
      const fault = document.errors[0];
      if (fault) throw new UserError(`Invalid YAML in ${file}: ${fault.message}`);
      return (document.toJS() as KubeObject | null) ?? [];
    }),
  );
}

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name));

/** Applies objects one after the other (server-side apply); waits for a kind whose CRD was applied just before. */
export class Applier {
  private readonly known = new Map<string, ResourceType>();

  constructor(private readonly client: KubeClient) {}

  async apply(objects: KubeObject[]): Promise<undefined> {
    for (const object of objects) await this.one(object);
  }

  private async one(object: KubeObject): Promise<void> {
    const { apiVersion = '', kind = '', metadata } = object;
    const type = await this.typeOf(apiVersion, kind);
    try {
      await this.client.apply(type, object, { fieldManager: FIELD_MANAGER, force: true });
    } catch (error) {
      if (!isKubeError(error)) throw error;
      throw new UserError(`Cannot apply ${kind} ${metadata.name}: ${error.message}`);
    }
  }

  private async typeOf(groupVersion: string, kind: string): Promise<ResourceType> {
    if (kind === types.crds.kind) return types.crds;
    const key = `${groupVersion}/${kind}`;
    const deadline = Date.now() + KIND_WITHIN_MS;
    for (let known = this.known.get(key); ;) {
      known ??= (await typesOf(this.client, groupVersion))?.find((type) => type.kind === kind);
      if (known) {
        this.known.set(key, known);
        return known;
      }
      if (Date.now() > deadline) throw new UserError(`The API server does not serve ${kind} in ${groupVersion}.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
