import { Alert, Button, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type IssueResponse } from '#libs/api';
import { Issued } from './Issued.js';
import { issuedText as text } from './text.js';

interface Props {
  response: IssueResponse;
  /** The person wants to close the dialog, and has not copied the link. */
  leaving: boolean;
  onCopied: () => void;
  onDone: () => void;
  onLeave: () => void;
}

/** The link that was issued, and the question before it is lost. */
export function IssuedContent({ response, leaving, onCopied, onDone, onLeave }: Props) {
  return (
    <>
      <ModalHeader title={text.title} labelId="issue-title" />
      <ModalBody>
        <Issued response={response} onCopied={onCopied} />
        {leaving && (
          <Alert isInline isLiveRegion component="h2" variant="danger" title={text.notCopied}>
            {text.notCopiedText}
          </Alert>
        )}
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onDone}>
          {leaving ? text.back : text.done}
        </Button>
        {leaving && (
          <Button variant="danger" onClick={onLeave}>
            {text.leave}
          </Button>
        )}
      </ModalFooter>
    </>
  );
}
