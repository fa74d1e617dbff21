import { describe, expect, it } from 'vitest';
import { emptyForm, problemsOf, requestOf } from './request.js';

const vm = { namespace: 'ns', name: 'demo' };
const path = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/demo';

describe('requestOf', () => {
  it('names one console by its path, both by the machine', () => {
    expect(requestOf(emptyForm, vm)).toEqual({ urls: [`${path}/vnc`], duration: '1h' });
    expect(requestOf({ ...emptyForm, screen: false, serial: true }, vm).urls).toEqual([`${path}/console`]);
    expect(requestOf({ ...emptyForm, serial: true }, vm)).toEqual({ vm: 'demo', duration: '1h' });
  });

  it('writes what was chosen, in the words of the resource', () => {
    const form = {
      ...emptyForm,
      duration: 'custom',
      custom: ' 1h30m ',
      singleUse: true,
      viewOnly: true,
      takeOver: false,
      description: ' hi ',
    };
    expect(requestOf({ ...form, from: '2026-11-24T12:00' }, vm)).toEqual({
      urls: [`${path}/vnc`],
      duration: '1h30m',
      from: new Date('2026-11-24T12:00').toISOString(),
      'single-use': true,
      'view-only': true,
      'take-over': false,
      description: 'hi',
    });
  });
});

describe('problemsOf', () => {
  it('finds nothing wrong with the form as it opens', () => expect(problemsOf(emptyForm)).toEqual({}));

  it('names each field that is wrong', () => {
    const form = { ...emptyForm, screen: false, duration: 'custom', custom: '1d', from: 'soon' };
    expect(Object.keys(problemsOf(form)).sort()).toEqual(['consoles', 'custom', 'from']);
  });
});
