import { existsSync, readFileSync, statSync } from 'node:fs';
import { type UserInfo } from '../types.js';

/**
 * Static tokens in Kubernetes' format, one a line: `token,user,uid,"group1,group2"`. Read again when the file changed
 * (looked at when a token is asked for, so that idling costs nothing).
 */
export class TokensFile {
  readonly #path: string;
  #stamp = '';
  #users = new Map<string, UserInfo>();

  constructor(path: string) {
    this.#path = path;
  }

  find(token: string): UserInfo | undefined {
    this.#refresh();
    return this.#users.get(token);
  }

  #refresh(): void {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    const stamp = found ? `${found.mtimeMs}:${found.size}:${found.ino}` : '';
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.#users = existsSync(this.#path) ? parse(readFileSync(this.#path, 'utf8')) : new Map<string, UserInfo>();
  }
}

function parse(text: string): Map<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const line of text.split('\n')) {
    if (!line.trim() || line.startsWith('#')) continue;
    const [token = '', username = '', uid = '', groups = ''] = columns(line);
    if (!token || !username) continue;
    const names = groups.split(',').map((group) => group.trim());
    users.set(token, { username, ...(uid ? { uid } : {}), groups: names.filter(Boolean) });
  }
  return users;
}

const columns = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)\s*(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => (quoted ?? plain ?? '').trim());
