import { type IssueRequest } from '#libs/api';
import { subresource } from '../../console/address.js';
import { positiveDuration } from '../../time/duration.js';
import { issueText as text } from './text.js';

/** What a person fills in to issue a link. */
export interface IssueForm {
  screen: boolean;
  serial: boolean;
  /** One of the presets, or `custom`. */
  duration: string;
  custom: string;
  /** As an `<input type="datetime-local">` holds it; empty: from now. */
  from: string;
  singleUse: boolean;
  viewOnly: boolean;
  takeOver: boolean;
  description: string;
}

export const PRESETS = ['15m', '1h', '4h', '8h', '24h'] as const;

export const emptyForm: IssueForm = {
  screen: true,
  serial: false,
  duration: '1h',
  custom: '',
  from: '',
  singleUse: false,
  viewOnly: false,
  takeOver: true,
  description: '',
};

/** What is wrong with the form, by field; empty if it is valid. */
export function problemsOf(form: IssueForm): Partial<Record<'consoles' | 'custom' | 'from', string>> {
  return {
    ...(!form.screen && !form.serial && { consoles: text.noConsole }),
    ...(form.duration === 'custom' && positiveDuration(form.custom) === undefined && { custom: text.badDuration }),
    ...(form.from !== '' && Number.isNaN(new Date(form.from).getTime()) && { from: text.badFrom }),
  };
}

/** The grant's spec. Defaults are left out, so that the object says only what was chosen. */
export function requestOf(form: IssueForm, vm: { namespace: string; name: string }): IssueRequest {
  const path = (kind: 'vnc' | 'serial') => subresource({ namespace: vm.namespace, vm: vm.name, kind });
  const description = form.description.trim();
  return {
    ...(form.screen && form.serial ? { vm: vm.name } : { urls: [path(form.screen ? 'vnc' : 'serial')] }),
    duration: form.duration === 'custom' ? form.custom.trim() : form.duration,
    ...(form.from !== '' && { from: new Date(form.from).toISOString() }),
    ...(form.singleUse && { 'single-use': true }),
    ...(form.viewOnly && { 'view-only': true }),
    ...(!form.takeOver && { 'take-over': false }),
    ...(description !== '' && { description }),
  };
}
