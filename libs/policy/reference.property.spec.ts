import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide, type Grant, parseGrant, parseRequest, requestInfo, type Right, rights } from './index.js';
import { type Attributes, leastRule, questionsOf, readRequest, type Rule, ruleAllows } from './testing/cluster.js';
import { type Asked, grants } from './testing/grants.js';

/** `npm run test:policy` asks for more. */
const GRANTS = Number(process.env['GRANTS'] ?? 10_000);

const rules = new Map<string, Rule>();

/** The rules of an issuer who has just these rights. */
function rulesOf(held: readonly Right[]): Rule[] {
  return held.map((right) => {
    const key = JSON.stringify(right);
    const rule = rules.get(key) ?? leastRule(right);
    rules.set(key, rule);
    return rule;
  });
}

const passes = (grant: Grant, { method, path, query, upgrade }: Asked): boolean => {
  const parsed = parseRequest(method, path, query, upgrade);
  return parsed.ok && decide(grant, parsed.request).allow;
};

/** The answer to a HEAD says nothing that the one to a GET does not: whoever may GET a path may give a HEAD of it. */
const asGranted = ({ methods }: Grant, asked: Attributes): Attributes =>
  asked.verb === 'head' && methods.has('GET') ? { ...asked, verb: 'get' } : asked;

/** What is of interest in a request that passed. */
function kindsOf({ method, path }: Asked, [asked, more]: readonly Attributes[], isExact: boolean): string[] {
  if (asked === undefined) return ['refused by the API server'];
  return [
    `by ${method}`,
    isExact ? 'by an exact URL' : 'by a wildcard',
    asked.path === '' ? `verb ${asked.verb}` : 'no resource',
    ...(asked.subresource === '' ? [] : ['subresource']),
    ...(more === undefined ? [] : ['two questions']),
    ...(path.includes('/watch/') ? ['watch by path'] : []),
    ...(path.includes('%') ? ['escape'] : []),
  ];
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'proxy'];
const OF_INTEREST = [
  ...METHODS.map((method) => `by ${method}`),
  ...VERBS.map((verb) => `verb ${verb}`),
  ...['by an exact URL', 'by a wildcard', 'no resource', 'subresource', 'two questions', 'watch by path', 'escape'],
];

it(
  `security row 14: of ${GRANTS} grants, none lets through what its rights do not ask for`,
  { timeout: 180_000 },
  () => {
    const met = new Map<string, number>();
    const property = fc.property(grants, ({ source, requests }) => {
      fc.pre(source.vm !== undefined || source.urls?.length !== 0);
      const grant = parseGrant(source);
      const passed = requests.filter((request) => passes(grant, request));
      if (passed.length === 0) return;
      const held = rulesOf(rights(grant));
      for (const request of passed) {
        const { method, path, query } = request;
        const questions = questionsOf(method, path, query).map((asked) => asGranted(grant, asked));
        for (const kind of kindsOf(request, questions, grant.paths.isExact(path)))
          met.set(kind, (met.get(kind) ?? 0) + 1);
        const denied = questions.find((asked) => !held.some((rule) => ruleAllows(rule, asked)));
        if (denied !== undefined) throw new Error(`${method} ${path}?${query} needs ${JSON.stringify(denied)}`);
      }
    });
    fc.assert(property, { numRuns: GRANTS });
    // Where it met few requests of one kind, it proves little of them.
    for (const kind of OF_INTEREST) expect(met.get(kind) ?? 0, kind).toBeGreaterThan(GRANTS / 200);
  },
);

it('a path is read as the API server reads it', () => {
  const property = fc.property(grants, ({ requests }) => {
    for (const { method, path, query } of requests) {
      const expected = readRequest(method, path, query);
      if (expected === undefined) continue;
      const found = requestInfo(method, path, query);
      const { verb, group, resource = '', subresource = '', name = '', namespace = '' } = found;
      const read = { verb, group, resource, subresource, name, namespace };
      expect({ ...read, path: found.isResource ? '' : decodeURIComponent(path) }).toEqual(expected);
    }
  });
  fc.assert(property, { numRuns: 2000 });
});
