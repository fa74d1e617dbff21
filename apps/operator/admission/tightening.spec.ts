import { expect, it } from 'vitest';
import { type GateServerSpec } from '#libs/api';
import { isTightening } from './tightening.js';

const ROUTE = { route: 'gate.prod.example' };

it.each<[keyof GateServerSpec, Partial<GateServerSpec>, Partial<GateServerSpec>]>([
  ['issuer-recheck', { 'issuer-recheck': '1m' }, { 'issuer-recheck': '0s' }],
  ['issuer-recheck', {}, { 'issuer-recheck': '0s' }],
  ['issuer-recheck', { 'issuer-recheck': '0s' }, { 'issuer-recheck': '0h' }],
  ['issuer-recheck', { 'issuer-recheck': '30s' }, { 'issuer-recheck': '31s' }],
  ['issuer-recheck', { 'issuer-recheck': '30s' }, {}],
  ['issuer-recheck', {}, { 'issuer-recheck': '1d' }],
  ['store-tokens', { 'store-tokens': false }, { 'store-tokens': true }],
  ['store-tokens', { 'store-tokens': false }, {}],
  ['accept-unregistered', {}, { 'accept-unregistered': true }],
  ['admin-resources', { 'admin-resources': 'pods,services' }, { 'admin-resources': 'pods' }],
  ['img', { img: 'a' }, {}],
])('a change of %s from %o to %o gives more, or may give more (security row 16)', (field, before, after) => {
  expect(isTightening(field, { ...ROUTE, ...before }, { ...ROUTE, ...after })).toBe(false);
});

it.each<[keyof GateServerSpec, Partial<GateServerSpec>, Partial<GateServerSpec>]>([
  ['issuer-recheck', { 'issuer-recheck': '0s' }, { 'issuer-recheck': '1h' }],
  ['issuer-recheck', { 'issuer-recheck': '0s' }, {}],
  ['issuer-recheck', {}, { 'issuer-recheck': '10s' }],
  ['issuer-recheck', { 'issuer-recheck': '1h' }, {}],
  ['issuer-recheck', { 'issuer-recheck': '1m' }, { 'issuer-recheck': '60s' }],
  ['store-tokens', {}, { 'store-tokens': false }],
  ['accept-unregistered', { 'accept-unregistered': true }, {}],
])('a change of %s from %o to %o gives nothing', (field, before, after) => {
  expect(isTightening(field, { ...ROUTE, ...before }, { ...ROUTE, ...after })).toBe(true);
});
