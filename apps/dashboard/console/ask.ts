import { ApiError } from '../api/client.js';
import { type ConsoleAccess } from './access.js';

export interface AccessSources {
  guest: () => Promise<ConsoleAccess>;
  user: () => Promise<ConsoleAccess>;
}

const LACKS = [401, 403, 404];

function lacks(error: unknown): error is ApiError {
  return error instanceof ApiError && LACKS.includes(error.code);
}

/**
 * Asks what stands behind a console page: a guest's grant first; without one, the rights of the signed-in user.
 * @param userFirst an earlier answer came from the user's rights: only those are checked as long as they hold
 * @throws ApiError what was said of the user, or of the grant when nobody is signed in
 */
export async function askAccess({ guest, user }: AccessSources, userFirst: boolean): Promise<ConsoleAccess> {
  if (userFirst) {
    const answer = await user().catch((error: unknown) => error);
    if (!(answer instanceof Error)) return answer as ConsoleAccess;
    if (!lacks(answer)) throw answer;
  }
  const refusal = await guest().catch((error: unknown) => error);
  if (!(refusal instanceof Error)) return refusal as ConsoleAccess;
  if (!lacks(refusal)) throw refusal;
  return user().catch((error: unknown) => {
    // Nobody is signed in: then what was said of the grant is what matters.
    throw error instanceof ApiError && error.unauthorized ? refusal : error;
  });
}
