import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { common } from '../text.js';

interface Props {
  title: string;
  text: string;
  action: string;
  busy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before an action that cannot be undone. */
export function Confirm({ title, text, action, busy, error, onConfirm, onClose }: Props) {
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="confirm-title" aria-describedby="confirm-text">
      <ModalHeader title={title} labelId="confirm-title" titleIconVariant="warning" />
      <ModalBody id="confirm-text">
        {text}
        {error && <Alert isInline component="h2" variant="danger" title={error.message} />}
      </ModalBody>
      <ModalFooter>
        <Button variant="danger" isLoading={busy} isDisabled={busy} onClick={onConfirm}>
          {action}
        </Button>
        <Button variant="link" onClick={onClose}>
          {common.cancel}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
