import { Label, Nav, NavItem, NavList, Page, PageSection, SkipToContent } from '@patternfly/react-core';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { type StreamState } from '../../api/stream.js';
import { ApiError } from '../../api/client.js';
import { useChanges, usePolled } from '../../hooks/useLists.js';
import { useKeptFocus } from '../../hooks/useKeptFocus.js';
import { inNamespace, useNamespace } from '../../hooks/useNamespace.js';
import { useSession } from '../../hooks/useSession.js';
import { Failure } from '../States.js';
import { common } from '../text.js';
import { NamespaceSelect } from './NamespaceSelect.js';
import { Notifications } from './Notifications.js';
import { polledText, shellText, streamText } from './text.js';
import { UserMenu } from './UserMenu.js';
import { Waiting } from './Waiting.js';

/** The frame of a signed-in user's pages. Goes to the sign-in page if no one is signed in. */
export function Shell() {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.error instanceof ApiError && session.error.unauthorized) {
    return <Navigate to={`/login?${new URLSearchParams({ next: pathname + search }).toString()}`} replace />;
  }
  if (!session.data) {
    return session.error ? (
      <Failure error={session.error} what={shellText.session} onRetry={() => void session.refetch()} />
    ) : (
      <Waiting />
    );
  }
  return (
    <Notifications>
      <Frame />
    </Notifications>
  );
}

function Frame() {
  const { namespace } = useNamespace();
  const stream = useChanges(namespace);
  useKeptFocus();
  return (
    <Page
      sidebar={null}
      masthead={<Header namespace={namespace} stream={stream} />}
      skipToContent={<SkipToContent href="#content">{shellText.skip}</SkipToContent>}
      mainContainerId="content"
    >
      <PageSection isFilled className="kg-content">
        <Outlet />
      </PageSection>
    </Page>
  );
}

function Header({ namespace, stream }: { namespace: string; stream: StreamState }) {
  return (
    <header className="kg-header">
      <Link to={inNamespace('/vms', namespace)} className="kg-brand">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <span>{common.product}</span>
      </Link>
      <Nav variant="horizontal" aria-label={shellText.nav} className="kg-nav">
        <NavList>
          <HeaderItem path="/vms" label={shellText.vms} namespace={namespace} />
          <HeaderItem path="/links" label={shellText.links} namespace={namespace} />
        </NavList>
      </Nav>
      <div className="kg-header-end">
        <Live state={stream} namespace={namespace} />
        <NamespaceSelect />
        <UserMenu />
      </div>
    </header>
  );
}

function HeaderItem({ path, label, namespace }: { path: string; label: string; namespace: string }) {
  const here = useLocation().pathname.startsWith(path);
  return (
    <NavItem isActive={here}>
      <Link to={inNamespace(path, namespace)} {...(here && { 'aria-current': 'page' as const })}>
        {label}
      </Link>
    </NavItem>
  );
}

function Live({ state, namespace }: { state: StreamState; namespace: string }) {
  const { pathname } = useLocation();
  const polled = usePolled(namespace, pathname.startsWith('/links') ? 'links' : 'vms');
  // A list that may not be read at all is not updated either. One VM of it may be.
  if (polled.some(({ verb }) => verb === 'list') && !pathname.startsWith('/vms/')) return null;
  const { label, hint } = state === 'live' && polled.length > 0 ? polledText : streamText[state];
  return (
    <span role="status" title={hint}>
      <Label isCompact variant="outline" color={label === streamText.live.label ? 'green' : 'grey'}>
        {label}
      </Label>
    </span>
  );
}
