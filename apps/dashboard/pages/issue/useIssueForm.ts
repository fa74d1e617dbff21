import { useState } from 'react';
import { type Vm } from '#libs/api';
import { useDebounced } from '../../hooks/useDebounced.js';
import { emptyForm, type IssueForm, problemsOf, requestOf } from './request.js';
import { useCheck } from './useCheck.js';

const TYPING_MS = 400;

/**
 * The form that a link to a VM is issued with. `request` is undefined while the form has problems; the gateway checks
 * it once typing pauses, and `stale` says that `check` is about an earlier state of the form.
 */
export function useIssueForm(vm: Vm) {
  const [form, setForm] = useState({ ...emptyForm, screen: vm.may.vnc, serial: vm.may.serial && !vm.may.vnc });
  const problems = problemsOf(form);
  const request = Object.keys(problems).length === 0 ? requestOf(form, vm) : undefined;
  const wanted = request && JSON.stringify(request);
  const settled = useDebounced(wanted, TYPING_MS);
  const check = useCheck(vm.namespace, settled);
  return {
    form,
    problems,
    request,
    check,
    stale: check.isPlaceholderData || settled !== wanted,
    change: (change: Partial<IssueForm>) => setForm({ ...form, ...change }),
  };
}
