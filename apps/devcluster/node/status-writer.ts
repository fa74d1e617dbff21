import { isKubeError, type KubeClient, types } from '#libs/kube';
import { type Pod, type PodStatus } from './pod.js';

const RETRY_MS = 1000;

/** Brings a pod's status to the API server: one write at a time, the newest state only, none when nothing changed. */
export class StatusWriter {
  private written: string | undefined;
  private wanted: PodStatus | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly client: KubeClient,
    private readonly pod: Pod,
    private readonly onError: (error: unknown) => void,
  ) {}

  write(status: PodStatus): void {
    this.wanted = status;
    this.running ??= this.loop().finally(() => (this.running = undefined));
  }

  /** Resolves when the last state that was given is written, or cannot be. */
  async flushed(): Promise<void> {
    await this.running;
  }

  stop(): void {
    this.stopped = true;
  }

  private async loop(): Promise<void> {
    while (this.wanted && !this.stopped) {
      const status = this.wanted;
      const text = JSON.stringify(status);
      if (text === this.written) return;
      if (await this.once(status)) this.written = text;
      if (this.wanted === status && this.written === text) return;
    }
  }

  private async once(status: PodStatus): Promise<boolean> {
    const { name = '', namespace, uid } = this.pod.metadata;
    try {
      // The UID holds the write off another pod of the same name.
      const body = { metadata: { uid }, status };
      await this.client.patch(types.pods, name, namespace, body, 'merge', { subresource: 'status' });
      return true;
    } catch (error) {
      if (await this.isGone(error)) this.stopped = true;
      else {
        if (!isKubeError(error, 409)) this.onError(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      return false;
    }
  }

  /** Whether the pod is there no more. A 409 may as well say that another write came in between: that passes. */
  private async isGone(error: unknown): Promise<boolean> {
    if (!isKubeError(error, 409)) return isKubeError(error, 404, 422);
    const { name = '', namespace, uid } = this.pod.metadata;
    try {
      const now = await this.client.get(types.pods, name, namespace);
      return now.metadata.uid !== uid;
    } catch (fault) {
      return isKubeError(fault, 404);
    }
  }
}
