import { jwtSecretOf } from '#libs/api';

/** What the objects of GateServer `name` are called. */
export function namesOf(name: string) {
  return {
    gateway: name,
    guest: `${name}-guest`,
    jwtSecret: jwtSecretOf(name),
    session: `${name}-session`,
    tls: `${name}-tls`,
    jwks: `${name}-jwks`,
  } as const;
}

export type Names = ReturnType<typeof namesOf>;
