const JSON_TYPES = new Set(['', 'application/json', '*/*']);
const YAML_TYPES = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'application/apply-patch+yaml']);

/** `application/json; charset=utf-8` -> `application/json` */
export const mediaType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

export function isJson(contentType: string): boolean {
  const type = mediaType(contentType);
  return JSON_TYPES.has(type) || type.endsWith('+json');
}

export const isYaml = (contentType: string): boolean => YAML_TYPES.has(mediaType(contentType));
