import { Alert, Button, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type Vm } from '#libs/api';
import { common } from '../text.js';
import { IssueFields } from './IssueFields.js';
import { Preview } from './Preview.js';
import { issueText as text } from './text.js';
import { type useIssue } from './useIssue.js';
import { useIssueForm } from './useIssueForm.js';

interface Props {
  vm: Vm;
  issuing: ReturnType<typeof useIssue>;
  onCancel: () => void;
}

/** The form of a link, with what it would allow. */
export function IssueContent({ vm, issuing, onCancel }: Props) {
  const { form, problems, request, check, stale, change } = useIssueForm(vm);
  const [refusal] = check.data?.allowed === false ? check.data.problems : [];
  const [obstacle = refusal] = Object.values(problems);
  return (
    <>
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
          isDisabled={obstacle !== undefined || issuing.isPending}
          isLoading={issuing.isPending}
          onClick={() => request && issuing.mutate(request)}
        >
          {text.submit}
        </Button>
        <Button variant="link" onClick={onCancel}>
          {common.cancel}
        </Button>
        {/* On a phone, what the form says about it is out of sight. */}
        {obstacle && <p className="kg-subtle">{obstacle}</p>}
      </ModalFooter>
    </>
  );
}
