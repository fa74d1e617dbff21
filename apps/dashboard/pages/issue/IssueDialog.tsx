import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type IssueRequest, type Vm } from '#libs/api';
import { keys } from '../../api/query.js';
import { issue } from '../../api/rest.js';
import { useDebounced } from '../../hooks/useDebounced.js';
import { common } from '../text.js';
import { IssueFields } from './IssueFields.js';
import { Issued } from './Issued.js';
import { Preview } from './Preview.js';
import { emptyForm, problemsOf, requestOf } from './request.js';
import { issuedText, issueText as text } from './text.js';
import { useCheck } from './useCheck.js';

const TYPING_MS = 400;

/** Asks what a link may do, previews it, issues it, and shows it once. */
export function IssueDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
  const client = useQueryClient();
  const [form, setForm] = useState({ ...emptyForm, screen: vm.may.vnc, serial: vm.may.serial && !vm.may.vnc });
  const problems = problemsOf(form);
  const valid = Object.keys(problems).length === 0;
  const request = valid ? requestOf(form, vm) : undefined;
  const wanted = request && JSON.stringify(request);
  const settled = useDebounced(wanted, TYPING_MS);
  const check = useCheck(vm.namespace, settled);
  const issuing = useMutation({
    mutationFn: (spec: IssueRequest) => issue(vm.namespace, spec),
    // The link is shown once: nothing keeps it after the dialog closes.
    gcTime: 0,
    onSettled: () => client.invalidateQueries({ queryKey: keys.gatetokens(vm.namespace) }),
  });

  if (issuing.data) {
    return (
      <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="issue-title">
        <ModalHeader title={issuedText.title} labelId="issue-title" />
        <ModalBody>
          <Issued response={issuing.data} />
        </ModalBody>
        <ModalFooter>
          <Button variant="primary" onClick={onClose}>
            {issuedText.done}
          </Button>
        </ModalFooter>
      </Modal>
    );
  }
  return (
    <Modal isOpen variant="large" className="kg-issue-modal" onClose={onClose} aria-labelledby="issue-title">
      <ModalHeader title={text.title(vm.name)} labelId="issue-title" description={text.lead} />
      <ModalBody tabIndex={0} aria-label={text.title(vm.name)}>
        <div className="kg-issue">
          <IssueFields form={form} problems={problems} onChange={(change) => setForm({ ...form, ...change })} />
          <Preview check={check} valid={valid} stale={check.isPlaceholderData || settled !== wanted} />
        </div>
        {issuing.error && (
          <Alert isInline component="h2" variant="danger" title={text.failed}>
            {issuing.error.message}
          </Alert>
        )}
      </ModalBody>
      <ModalFooter>
        <Button
          variant="primary"
          isDisabled={!request || issuing.isPending || check.data?.allowed === false}
          isLoading={issuing.isPending}
          onClick={() => request && issuing.mutate(request)}
        >
          {text.submit}
        </Button>
        <Button variant="link" onClick={onClose}>
          {common.cancel}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
