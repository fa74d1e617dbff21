/** Every repetition before a required character is bounded: a hostile line must not cost the square of its length. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer)(\s+|%20|\+)[^\s"'\\,;&]+/gi, '$1$2[secret]'],
  [/(authorization\\?["']?\s*[:=]\s*\\?["']?)(\w+ )?[^\s"'\\,;]+/gi, '$1$2[secret]'],
  [/eyJ[\w-]{5,1024}\.[\w-]*\.?[\w-]*(\.[\w-]+){0,2}/g, '[secret]'],
  [/base64url\.bearer\.authorization\.k8s\.io\.[\w-]+/gi, 'base64url.bearer.authorization.k8s.io.[secret]'],
  [/sha256~[\w-]+/g, '[secret]'],
  [/(#|%23)[\w-]{22,}/g, '$1[secret]'],
  [/([?&"']?(?:token|code)\\?["']?\s*[=:]\s*\\?["']?)(?!\[secret\])[\w.~%+-]{16,}/gi, '$1[secret]'],
  [/(kg-[\w-]{1,100}=)(?!\[secret\])[^;\s"'\\]+/g, '$1[secret]'],
];

/**
 * The text with everything masked that gives access: JWTs (cut ones too), Authorization headers, the code of a link,
 * bearer subprotocols, OpenShift tokens, our cookies. What was JSON stays JSON. For loggers: what is logged passes
 * through here, by no one's care.
 */
export function redact(text: string): string {
  let out = text;
  for (const [pattern, mask] of MASKS) out = out.replace(pattern, mask);
  return out;
}
