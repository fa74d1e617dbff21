/** Bounds how many bytes of bodies are held at a time. */
export class BodyRoom {
  #taken = 0;

  constructor(private readonly limits: { readonly bodies: number; readonly smallBody: number }) {}

  /** For one body. */
  share(): BodyShare {
    let [length, taken] = [0, 0];
    return {
      take: (bytes) => {
        length += bytes;
        if (length <= this.limits.smallBody) return true;
        if (this.#taken + length - taken > this.limits.bodies) return false;
        this.#taken += length - taken;
        taken = length;
        return true;
      },
      free: () => {
        this.#taken -= taken;
        taken = 0;
      },
    };
  }
}

export interface BodyShare {
  /** @returns whether there is room for so many bytes more; always for a small body */
  take(bytes: number): boolean;
  /** The body is needed no more. */
  free(): void;
}
