import {
  Button,
  Card,
  CardBody,
  CardTitle,
  ClipboardCopy,
  Content,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  InputGroup,
  InputGroupItem,
  TextInput,
  Title,
} from '@patternfly/react-core';
import EyeIcon from '@patternfly/react-icons/dist/esm/icons/eye-icon';
import EyeSlashIcon from '@patternfly/react-icons/dist/esm/icons/eye-slash-icon';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { keys } from '../../api/query.js';
import { setGateToken, signIn } from '../../api/rest.js';
import { common } from '../text.js';
import { cleanToken, readGateToken } from './gateToken.js';
import { nextPath } from './next.js';
import { signInText as text } from './text.js';

/** Takes a Kubernetes token, which signs its holder in, or a gate token, which opens its console. */
export function SignInPage() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  useEffect(() => {
    document.title = `${text.title} · ${common.product}`;
  }, []);

  const mutation = useMutation({
    mutationFn: async (token: string) => {
      const vm = readGateToken(token);
      if (vm) return { console: await setGateToken(token, vm) };
      return { session: await signIn(token) };
    },
    onSuccess: (result) => {
      if (result.console !== undefined) return location.assign(result.console);
      client.clear();
      if (result.session) client.setQueryData(keys.session, result.session);
      const next = nextPath(search.get('next'), location.origin);
      // Consoles are pages of the other entry.
      if (next.startsWith('/console/')) return location.assign(next);
      return navigate(next, { replace: true });
    },
  });

  return (
    <main className="kg-sign-in">
      <Card className="kg-sign-in-card">
        <CardTitle component="h1">
          <span className="kg-brand">
            <img src="/favicon.svg" alt="" width="28" height="28" />
            <span>
              {text.title} <span className="kg-to">to {common.product}</span>
            </span>
          </span>
        </CardTitle>
        <CardBody>
          <Content component="p">{text.lead}</Content>
          <TokenForm busy={mutation.isPending} error={mutation.error} onSubmit={(token) => mutation.mutate(token)} />
          <Where />
        </CardBody>
      </Card>
    </main>
  );
}

function TokenForm({
  busy,
  error,
  onSubmit,
}: {
  busy: boolean;
  error: Error | null;
  onSubmit: (token: string) => void;
}) {
  const [value, setValue] = useState('');
  const [shown, setShown] = useState(false);
  const [problem, setProblem] = useState('');
  const message = problem || error?.message;
  const submit = () => {
    const token = cleanToken(value);
    if (token === '') return setProblem(text.empty);
    if (/\s/.test(token)) return setProblem(text.odd);
    setProblem('');
    onSubmit(token);
  };
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <FormGroup label={text.label} fieldId="token">
        <InputGroup>
          <InputGroupItem isFill>
            <TextInput
              id="token"
              type={shown ? 'text' : 'password'}
              value={value}
              onChange={(_event, next) => setValue(next)}
              autoComplete="off"
              autoFocus
              spellCheck={false}
              validated={message ? 'error' : 'default'}
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

function Where() {
  return (
    <Content className="kg-where">
      <Title headingLevel="h2" size="md">
        {text.where}
      </Title>
      <p>
        {text.kubectl}{' '}
        <ClipboardCopy isCode variant="inline-compact" hoverTip="Copy" clickTip="Copied">
          {text.kubectlCommand}
        </ClipboardCopy>
      </p>
      <p>
        {text.oc}{' '}
        <ClipboardCopy isCode variant="inline-compact" hoverTip="Copy" clickTip="Copied">
          {text.ocCommand}
        </ClipboardCopy>
      </p>
      <p>{text.gate}</p>
    </Content>
  );
}
