import {
  Bullseye,
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Spinner,
} from '@patternfly/react-core';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { type ComponentType, type ReactNode } from 'react';
import { Link } from 'react-router';
import { ApiError } from '../api/client.js';
import { common, failureTitle } from './text.js';

/** What every page may show instead of its content. */
export function Loading({ label = common.loading }: { label?: string }) {
  return (
    <Bullseye className="kg-fill">
      <Spinner aria-label={label} />
    </Bullseye>
  );
}

/** Why something could not be loaded, and what to do. `what` completes "Cannot load …". */
export function Failure({ error, what, onRetry }: { error: Error; what: string; onRetry: () => void }) {
  const code = error instanceof ApiError ? error.code : 500;
  return (
    <EmptyState
      role="alert"
      headingLevel="h2"
      titleText={failureTitle(code, what)}
      {...(code === 403 || code === 401 ? { icon: LockIcon } : { status: 'danger' })}
    >
      <EmptyStateBody>
        {code === 403 && <p>{common.askForRight}</p>}
        <p>{error.message}</p>
      </EmptyStateBody>
      {code !== 403 && (
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button variant="primary" onClick={onRetry}>
              {common.tryAgain}
            </Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}

interface EmptyProps {
  title: string;
  text: string;
  icon?: ComponentType;
  action?: ReactNode;
}

/** Nothing exists yet, or nothing matches. */
export function Empty({ title, text, icon = SearchIcon, action }: EmptyProps) {
  return (
    <EmptyState headingLevel="h2" titleText={title} icon={icon}>
      <EmptyStateBody>{text}</EmptyStateBody>
      {action && (
        <EmptyStateFooter>
          <EmptyStateActions>{action}</EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}

export function NotFound() {
  return (
    <EmptyState headingLevel="h1" titleText={common.lost} icon={SearchIcon}>
      <EmptyStateBody>{common.lostText}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Link to="/vms">{common.home}</Link>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
