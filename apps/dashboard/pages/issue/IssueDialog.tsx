import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type IssueResponse, type Vm } from '#libs/api';
import { common } from '../text.js';
import { IssueFields } from './IssueFields.js';
import { Issued } from './Issued.js';
import { Preview } from './Preview.js';
import { issuedText, issueText as text } from './text.js';
import { useIssue } from './useIssue.js';
import { useIssueForm } from './useIssueForm.js';

/** Asks what a link may do, previews it, issues it, and shows it once. */
export function IssueDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
  const { form, problems, request, check, stale, change } = useIssueForm(vm);
  const issuing = useIssue(vm.namespace);
  if (issuing.data) return <IssuedDialog response={issuing.data} onClose={onClose} />;
  return (
    <Modal isOpen variant="large" className="kg-issue-modal" onClose={onClose} aria-labelledby="issue-title">
      <ModalHeader title={text.title(vm.name)} labelId="issue-title" description={text.lead} />
      <ModalBody tabIndex={0} aria-label={text.title(vm.name)}>
        <div className="kg-issue">
          <IssueFields form={form} problems={problems} onChange={change} />
          <Preview check={check} valid={request !== undefined} stale={stale} />
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

function IssuedDialog({ response, onClose }: { response: IssueResponse; onClose: () => void }) {
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="issue-title">
      <ModalHeader title={issuedText.title} labelId="issue-title" />
      <ModalBody>
        <Issued response={response} />
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>
          {issuedText.done}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
