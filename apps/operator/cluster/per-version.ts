/**
 * The same function, called once for each object: those that the watches keep never change, each version is another one. What
 * is known of an object is forgotten with it.
 */
export function perVersion<T extends object, R>(read: (object: T) => R): (object: T) => R {
  const known = new WeakMap<T, { result: R }>();
  return (object) => {
    const found = known.get(object) ?? { result: read(object) };
    known.set(object, found);
    return found.result;
  };
}
