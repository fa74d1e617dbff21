/** @returns the public URL by which a request came, by its `Host` header; undefined if it names none of them */
export function publicUrlOf(host: string | undefined, publicUrls: readonly URL[]): URL | undefined {
  return publicUrls.find((url) => url.host === host);
}
