import { Card, CardBody, CardTitle, ClipboardCopy, Content, Title } from '@patternfly/react-core';
import { common } from '../text.js';
import { useTitle } from '../useTitle.js';
import { signInText as text } from './text.js';
import { TokenForm } from './TokenForm.js';
import { useSignIn } from './useSignIn.js';

/** Takes a Kubernetes token, which signs its holder in, or a gate token, which opens its console. */
export function SignInPage() {
  const { mutate, isPending, error } = useSignIn();
  useTitle(text.title);
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
          <TokenForm busy={isPending} error={error} onSubmit={(pasted) => mutate(pasted)} />
          <Where />
        </CardBody>
      </Card>
    </main>
  );
}

function Where() {
  return (
    <Content className="kg-where">
      <Title headingLevel="h2" size="md">
        {text.where}
      </Title>
      <Command label={text.kubectl} command={text.kubectlCommand} />
      <Command label={text.oc} command={text.ocCommand} />
      <p>{text.gate}</p>
    </Content>
  );
}

function Command({ label, command }: { label: string; command: string }) {
  return (
    <p>
      {label}{' '}
      <ClipboardCopy isCode variant="inline-compact" hoverTip={text.copy} clickTip={text.copied}>
        {command}
      </ClipboardCopy>
    </p>
  );
}
