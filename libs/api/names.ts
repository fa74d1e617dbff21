/**
 * Names of Kubernetes objects, as RFC 1123 and k8s.io/apimachinery/pkg/util/validation define them. The patterns are read
 * by RE2 (Kubernetes) and by JavaScript alike: no look-around, no flags.
 */

/** One label of at most 63 characters, the text of a pattern without anchors. */
export const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';

const DNS_LABEL = new RegExp(`^${LABEL}$`);

/** A subdomain, except for its length. As in Kubernetes, only the whole name is limited, not each part. */
export const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
export const MAX_SUBDOMAIN = 253;

/** Whether Kubernetes accepts this as the name of a namespace: 1 to 63 lowercase letters, digits and hyphens. */
export function isDnsLabel(text: string): boolean {
  return DNS_LABEL.test(text);
}

/** Whether Kubernetes accepts this as the name of most objects: labels separated by dots, at most 253 characters. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= MAX_SUBDOMAIN && DNS_SUBDOMAIN.test(text);
}

/** What browsers take for an IPv4 address: a host whose last label is a number (WHATWG URL, "ends in a number"). */
export const ADDRESS = '[.](0x[0-9a-f]*|[0-9]+)$';

/** Whether browsers take this host name for an IPv4 address. */
export function isAddress(host: string): boolean {
  return new RegExp(ADDRESS).test(host);
}
