import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type z } from 'zod';
import { Refusal } from './refusal.js';

/** The answer to a request that does not match its schema. */
export type Refuse = (error: z.ZodError) => Refusal;

/** A class for the parameters of handlers, whose instances are what its schema makes of a request. */
export interface Dto<S extends z.ZodType = z.ZodType> {
  new (): z.output<S>;
  readonly schema: S;
  /** @throws Refusal */
  parse(value: unknown): z.output<S>;
}

/** @example class IssueBody extends dto(IssueRequest, invalidGrant) {} */
export function dto<S extends z.ZodType>(schema: S, refuse: Refuse): Dto<S> {
  class Checked {
    static readonly schema = schema;
    static parse(value: unknown): z.output<S> {
      return check(schema, refuse, value);
    }
  }
  return Checked as unknown as Dto<S>;
}

/** The one way in which requests are validated: parameters that are typed as a Dto are what its schema makes of them. */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (!isDto(metatype)) return value;
    if (type === 'body' && value === undefined) throw noBody();
    return metatype.parse(value);
  }
}

/** The same for one parameter of the path. */
export class SchemaPipe<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(
    private readonly schema: S,
    private readonly refuse: Refuse,
  ) {}

  transform(value: unknown): z.output<S> {
    return check(this.schema, this.refuse, value);
  }
}

/** 400, with the schema's message. */
export function malformed(hint: string): Refuse {
  return ({ issues: [first] }) => new Refusal(400, first?.message ?? 'The request is malformed.', hint);
}

function check<S extends z.ZodType>(schema: S, refuse: Refuse, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data;
}

function isDto(type: unknown): type is Dto {
  return typeof type === 'function' && 'schema' in type && 'parse' in type;
}

function noBody(): Refusal {
  return new Refusal(
    400,
    'The request has no JSON body.',
    'Send one, with the header `Content-Type: application/json`.',
  );
}
