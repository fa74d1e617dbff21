import { Alert, Content } from '@patternfly/react-core';
import { type CheckResponse } from '#libs/api';
import { issueText as text } from './text.js';

interface Props {
  check: { data: CheckResponse | undefined; error: Error | null };
  /** It was tried, and this came of it: what the check said before is out of date. */
  failure: Error | null;
  valid: boolean;
  /** The preview is for an earlier state of the form. */
  stale: boolean;
}

/** What the link would allow, in plain English, or why it cannot be issued, or was not. Always in sight beside the form. */
export function Preview({ check: { data, error }, failure, valid, stale }: Props) {
  if (!valid) return null;
  return (
    <section className="kg-preview" aria-live="polite" aria-busy={stale || (!data && !error && !failure)}>
      {failure ? (
        <Alert isInline component="h2" variant="danger" title={text.failed}>
          {failure.message}
        </Alert>
      ) : error ? (
        <Alert isInline component="h2" variant="warning" title={text.cannotCheck}>
          {error.message}
        </Alert>
      ) : !data ? (
        <Content component="p">{text.checking}</Content>
      ) : data.allowed ? (
        <Alert isInline component="h2" variant="info" title={text.preview}>
          <Lines lines={data.grants} />
        </Alert>
      ) : (
        <Alert isInline component="h2" variant="danger" title={text.cannot}>
          <Lines lines={data.problems} />
        </Alert>
      )}
    </section>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
