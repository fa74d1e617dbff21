import { z } from 'zod';
import { dto, malformed } from '../http/dto.js';
import { type ConsoleTarget } from '#libs/policy';
import { consoleOf } from './link-target.js';

const ASTRAY = 'This bookmark does not lead to a console.';

const Parameters = z.object({ path: z.string(ASTRAY) }).transform(({ path }, context): ConsoleTarget => {
  const target = consoleOf(`/${path}`.replace(/^\/+k8s(?=\/)/, '').split('?', 1)[0] ?? '');
  if (target !== undefined) return target;
  context.addIssue({ code: 'custom', message: ASTRAY });
  return z.NEVER;
});

/** A bookmark of the original system: `?path=k8s/apis/...`, the address of the console that it opened. */
export class Bookmark extends dto(Parameters, malformed('Open the link you received.')) {}
