import { Injectable, type PipeTransform } from '@nestjs/common';
import { Refusal } from '../http/refusal.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A name or namespace in a path: RFC 1123 subdomain, at most 253 characters. @throws Refusal 400 */
@Injectable()
export class KubeName implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value === 'string' && value.length <= 253 && SUBDOMAIN.test(value)) return value;
    throw new Refusal(
      400,
      'This address holds a name that no Kubernetes object can have.',
      'Names are lower case letters, digits, dots and dashes.',
    );
  }
}
