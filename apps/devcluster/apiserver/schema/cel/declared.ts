/** How a schema's values look to CEL: the type's name, and the way from JSON. */
export interface Declared {
  type: string;
  convert(value: unknown): unknown;
}
