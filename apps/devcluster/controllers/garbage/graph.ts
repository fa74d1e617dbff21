import { type KubeObject } from '#libs/kube';
import { type ServedType } from '../../discovery/index.js';

/** An object that has an owner or can be one: what the collector must know of it. */
export interface Node {
  uid: string;
  type: ServedType;
  object: KubeObject;
}

/** Who owns whom, as far as the informers have seen. */
export class Graph {
  private readonly nodes = new Map<string, Node>();
  private readonly dependents = new Map<string, Set<string>>();

  get(uid: string): Node | undefined {
    return this.nodes.get(uid);
  }

  /** Dependents that are known to be there. */
  dependentsOf(uid: string): Node[] {
    return [...(this.dependents.get(uid) ?? [])].flatMap((dependent) => this.nodes.get(dependent) ?? []);
  }

  put(type: ServedType, object: KubeObject): void {
    const { uid = '' } = object.metadata;
    this.unlink(uid);
    this.nodes.set(uid, { uid, type, object });
    for (const owner of object.metadata.ownerReferences ?? []) {
      const set = this.dependents.get(owner.uid) ?? new Set();
      this.dependents.set(owner.uid, set.add(uid));
    }
  }

  delete(uid: string): void {
    this.unlink(uid);
    this.nodes.delete(uid);
  }

  private unlink(uid: string): void {
    for (const owner of this.nodes.get(uid)?.object.metadata.ownerReferences ?? []) {
      const set = this.dependents.get(owner.uid);
      set?.delete(uid);
      if (set?.size === 0) this.dependents.delete(owner.uid);
    }
  }
}
