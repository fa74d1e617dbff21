import { Button, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
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
  const [problem] = Object.values(problems);
  const failure = issuing.error;
  const hint = problem ?? failure?.message ?? refusal;
  return (
    <>
      <ModalHeader title={text.title(vm.name)} labelId="issue-title" description={text.lead} />
      <ModalBody tabIndex={0} aria-label={text.title(vm.name)}>
        <div className="kg-issue">
          <IssueFields
            form={form}
            problems={problems}
            onChange={(changed) => {
              issuing.reset();
              change(changed);
            }}
          />
          <Preview check={check} failure={failure} valid={request !== undefined} stale={stale} />
        </div>
      </ModalBody>
      <ModalFooter>
        <Button
          variant="primary"
          isDisabled={(problem ?? refusal) !== undefined || issuing.isPending}
          isLoading={issuing.isPending}
          onClick={() => request && issuing.mutate(request)}
        >
          {text.submit}
        </Button>
        <Button variant="link" onClick={onCancel}>
          {common.cancel}
        </Button>
        {/* What a field says may be out of sight; what the preview says is so on a phone alone. */}
        {hint && <p className={problem === undefined ? 'kg-hint kg-narrow' : 'kg-hint'}>{hint}</p>}
      </ModalFooter>
    </>
  );
}
