import {
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  InputGroup,
  InputGroupItem,
  TextInput,
} from '@patternfly/react-core';
import EyeIcon from '@patternfly/react-icons/dist/esm/icons/eye-icon';
import EyeSlashIcon from '@patternfly/react-icons/dist/esm/icons/eye-slash-icon';
import { type FormEvent, useState } from 'react';
import { type Pasted, readPasted } from './pasted.js';
import { signInText as text } from './text.js';

interface Props {
  busy: boolean;
  error: Error | null;
  onSubmit: (pasted: Pasted) => void;
}

/** Takes one token or link, without what copying adds to it. */
export function TokenForm({ busy, error, onSubmit }: Props) {
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState('');
  const message = problem || error?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readPasted(value, location.origin);
    if ('problem' in read) return setProblem(text[read.problem]);
    setProblem('');
    onSubmit(read);
  };
  return (
    <Form onSubmit={submit}>
      <FormGroup label={text.label} fieldId="token">
        <TokenInput value={value} invalid={Boolean(message)} onChange={setValue} />
        <FormHelperText>
          <HelperText id="token-help" isLiveRegion>
            {message && <HelperTextItem variant="error">{message}</HelperTextItem>}
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <Button type="submit" variant="primary" isBlock isLoading={busy} isDisabled={busy}>
        {busy ? text.busy : text.submit}
      </Button>
    </Form>
  );
}

interface InputProps {
  value: string;
  invalid: boolean;
  onChange: (value: string) => void;
}

function TokenInput({ value, invalid, onChange }: InputProps) {
  const [shown, setShown] = useState(false);
  return (
    <InputGroup>
      <InputGroupItem isFill>
        <TextInput
          id="token"
          type={shown ? 'text' : 'password'}
          value={value}
          onChange={(_event, next) => onChange(next)}
          onPaste={(event) => {
            // The field would drop line breaks, which tell where a link ends.
            const text = event.clipboardData.getData('text');
            if (!/[\r\n]/.test(text)) return;
            event.preventDefault();
            onChange(text);
          }}
          autoComplete="off"
          autoFocus
          spellCheck={false}
          validated={invalid ? 'error' : 'default'}
          aria-describedby="token-help"
        />
      </InputGroupItem>
      <InputGroupItem>
        <Button
          variant="control"
          aria-label={shown ? text.hide : text.show}
          icon={shown ? <EyeSlashIcon /> : <EyeIcon />}
          onClick={() => setShown(!shown)}
        />
      </InputGroupItem>
    </InputGroup>
  );
}
