import { isIP, isIPv4, isIPv6 } from 'node:net';

import { parseGoDuration } from './duration.js';

const UUID = (version: string): RegExp =>
  new RegExp(
    `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${version === '3' ? '[0-9a-f]' : '[89ab]'}[0-9a-f]{3}-?[0-9a-f]{12}$`,
    'i',
  );
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|[+-]\d{2}:\d{2})$/;

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date, time] = text.toLowerCase().split('t');
  const match = date !== undefined && isDate(date) && time !== undefined && TIME.exec(time);
  return !!match && match[1]! <= '23' && match[2]! <= '59' && match[3]! <= '59';
}

export function isCidr(text: string): boolean {
  const [address, bits, ...rest] = text.split('/');
  const family = isIP(address ?? '');
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits ?? '') && Number(bits) <= (family === 4 ? 32 : 128);
}

function isRequestUri(text: string): boolean {
  return text.startsWith('/') ? URL.canParse(text, 'http://host') : URL.canParse(text);
}

const isHostname = (text: string): boolean =>
  text.length <= 255 &&
  text.split('.').every((label) => /^[\p{S}\p{L}0-9]([-\p{S}\p{L}0-9]{0,61}[\p{S}\p{L}0-9])?$/u.test(label));

/** The formats of CRD schemas that are checked (by their name without dashes); others are ignored, as Kubernetes does. */
const FORMATS: Record<string, (text: string) => boolean> = {
  date: isDate,
  datetime: isDateTime,
  duration: (text) =>
    parseGoDuration(text) !== undefined ||
    /^(\s*\d+\s*(ns|nano|us|µs|micro|ms|milli|s|sec|m|min|h|hr|hour|d|day|w|wk|week)[a-z]*)+$/i.test(text),
  uri: isRequestUri,
  email: (text) => /^[^\s@<>]+@[^\s@<>]+$/.test(text),
  hostname: isHostname,
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: (text) => /^([0-9a-f]{2}([:-]|$)){6}$/i.test(text) || /^([0-9a-f]{4}(\.|$)){3}$/i.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  uuid3: (text) => UUID('3').test(text),
  uuid4: (text) => UUID('4').test(text),
  uuid5: (text) => UUID('5').test(text),
  hexcolor: (text) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text),
  byte: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  k8sshortname: (text) => text.length <= 63 && LABEL.test(text),
  k8slongname: (text) => text.length <= 253 && text.split('.').every((label) => LABEL.test(label)),
};

/** Whether the text has that format; true for formats that nobody checks. */
export function hasFormat(format: string, text: string): boolean {
  const check = FORMATS[format.replaceAll('-', '')];
  return check ? check(text) : true;
}
