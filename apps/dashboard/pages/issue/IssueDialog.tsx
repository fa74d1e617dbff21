import { Modal } from '@patternfly/react-core';
import { useState } from 'react';
import { type Vm } from '#libs/api';
import { IssueContent } from './IssueContent.js';
import { IssuedContent } from './IssuedContent.js';
import { useIssue } from './useIssue.js';

/** Asks what a link may do, previews it, issues it, and shows it once; asks before a link is lost that was not copied. */
export function IssueDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
  const issuing = useIssue(vm.namespace);
  const [copied, setCopied] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const { data } = issuing;
  const close = () => {
    if (data?.link === undefined || copied) onClose();
    else setLeaving(!leaving);
  };
  return (
    <Modal
      isOpen
      variant={data ? 'medium' : 'large'}
      {...(!data && { className: 'kg-issue-modal' })}
      onClose={close}
      aria-labelledby="issue-title"
    >
      {data ? (
        <IssuedContent
          response={data}
          leaving={leaving}
          onCopied={() => setCopied(true)}
          onDone={close}
          onLeave={onClose}
        />
      ) : (
        <IssueContent vm={vm} issuing={issuing} onCancel={onClose} />
      )}
    </Modal>
  );
}
