import { type GateServer, type GateToken } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { z } from 'zod';

/** Who sent a request, as the API server knows them: under impersonation the one who is impersonated. */
export interface UserInfo {
  username: string;
  uid?: string | undefined;
  groups?: string[] | undefined;
  extra?: Record<string, string[]> | undefined;
}

/** The fields of an admission.k8s.io/v1 AdmissionRequest that matter here. */
export interface AdmissionRequest<T = unknown> {
  uid: string;
  operation: 'CREATE' | 'UPDATE';
  namespace: string;
  /** Absent, or empty, where the API server has not generated it yet. */
  name?: string | undefined;
  userInfo: UserInfo;
  object: T;
  /** What an UPDATE changes. */
  oldObject?: T | undefined;
  dryRun?: boolean | undefined;
  resource: { group: string; version: string; resource: string };
}

/** `code` and `reason` as in a metav1.Status: 403, `Forbidden`. The message says what happened and what to do. */
export type Verdict = { allowed: true } | { allowed: false; code: number; reason: string; message: string };

/** The injection token of the Judge. */
export const JUDGE = Symbol('Judge');

/**
 * Decides whether an object may be stored. What it throws denies the request as a fault (500).
 * @param signal ends the work: nobody waits for the verdict any more
 */
export interface Judge {
  validate(request: AdmissionRequest<GateToken | GateServer>, signal?: AbortSignal): Promise<Verdict>;
}

const object = z.looseObject({ metadata: z.looseObject({}) });

const review = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1),
    operation: z.enum(['CREATE', 'UPDATE']),
    namespace: z.string().min(1),
    name: z.string().optional(),
    userInfo: z.object({
      username: z.string(),
      uid: z.string().optional(),
      groups: z.array(z.string()).optional(),
      extra: z.record(z.string(), z.array(z.string())).optional(),
    }),
    object,
    oldObject: object.nullish().transform((old) => old ?? undefined),
    dryRun: z.boolean().optional(),
    resource: z.object({ group: z.string(), version: z.string(), resource: z.string() }),
  }),
});

/** A list of a million wrong entries has as many problems. */
const MOST_PROBLEMS = 10;

/** A body that is no AdmissionReview of admission.k8s.io/v1 about an object. */
export class ReviewError extends Error {}

/**
 * The request of an AdmissionReview. The object is as its client sent it: its schema may not have been checked yet.
 * @throws ReviewError that names the first wrong fields, and no value
 */
export function requestOf(body: unknown): AdmissionRequest<KubeObject> {
  const { success, data, error } = review.safeParse(body);
  if (success) return data.request;
  const problems = error.issues
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new ReviewError(`Expected an AdmissionReview of admission.k8s.io/v1. ${problems.join('; ')}`);
}

/** Whether nothing is asked of the API server to decide on it: an update of a GateToken. @param body not checked yet */
export function asksNothing(body: unknown): boolean {
  const { request } = (body ?? {}) as { request?: Partial<AdmissionRequest> };
  return request?.operation === 'UPDATE' && request.resource?.resource === types.gateTokens.resource;
}
