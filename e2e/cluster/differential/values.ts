/** The value at a path as `metadata.name`, `items.0.status` or `conditions[type=Ready].status` write it; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let here = value;
  for (const part of path.split(/\.(?![^[]*\])/)) {
    const [, key = '', field, wanted] = /^([^[]*)(?:\[([^=\]]+)=([^\]]*)\])?$/.exec(part) ?? [];
    if (key) here = isRecord(here) || Array.isArray(here) ? (here as Record<string, unknown>)[key] : undefined;
    if (field && Array.isArray(here)) {
      here = here.find((item) => isRecord(item) && String(item[field]) === wanted) as unknown;
    }
  }
  return here;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What one server has answered so far and later steps need. */
export class Variables {
  readonly #values: Map<string, unknown>;

  constructor(start: Record<string, unknown>) {
    this.#values = new Map(Object.entries(start));
  }

  /** @throws Error where the answer has nothing at the path */
  save(body: unknown, paths: Record<string, string>): void {
    for (const [name, path] of Object.entries(paths)) {
      const value = valueAt(body, path);
      if (value === undefined) throw new Error(`nothing at ${path} to keep as <${name}>: ${JSON.stringify(body)}`);
      this.#values.set(name, value);
    }
  }

  /** The value with every `<name>` replaced; a text that is one name only becomes the value itself. */
  fill(value: unknown): unknown {
    if (typeof value === 'string') return this.#fillText(value);
    if (Array.isArray(value)) return value.map((item) => this.fill(item));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.fill(item)]));
  }

  text(text: string): string {
    return text.replace(/<(\w+)>/g, (whole, name: string) =>
      this.#values.has(name) ? String(this.#values.get(name)) : whole,
    );
  }

  #fillText(text: string): unknown {
    const [, whole] = /^<(\w+)>$/.exec(text) ?? [];
    return whole !== undefined && this.#values.has(whole) ? this.#values.get(whole) : this.text(text);
  }

  /** Saved texts by which answers of two servers differ, longest first. */
  *names(): Generator<[value: string, name: string]> {
    for (const [name, value] of this.#values) {
      if (typeof value === 'string' && value.length >= 5 && !/^\d+$/.test(value)) yield [value, name];
    }
  }
}
