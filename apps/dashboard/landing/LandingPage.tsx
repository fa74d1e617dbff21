import { useMutation, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { requireCookies } from '../api/cookies.js';
import { FIRST_RETRY_MS, mayPass } from '../api/query.js';
import { redeemLink } from '../api/rest.js';
import { askOf, type Source, sourceOf } from './ask.js';
import { Card } from './Card.js';
import { Invitation } from './Invitation.js';
import { landingText as text, linkRefusal } from './text.js';

/**
 * `/l#CODE` says what a link opens, and redeems it when one of that is opened: the code stays in the fragment and in POST
 * bodies. `/l?grant=UID` says it of a link that this browser has redeemed.
 */
export function LandingPage() {
  const { code, grant } = useSource();
  const {
    data,
    error: unread,
    refetch,
  } = useQuery({
    queryKey: ['link', code, grant],
    queryFn: () => askOf({ code, grant }),
    enabled: code !== '' || grant !== '',
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const open = useMutation({
    mutationFn: (_path: string) => (code === '' ? Promise.resolve() : redeem(code)),
    // Back leads to a list of several, but not to a button that was pressed.
    onSuccess: (_, path) => (path === data?.location ? location.replace(path) : location.assign(path)),
  });
  const { reset } = open;
  useReturn(reset);
  const again = useCallback(() => (reset(), void refetch()), [reset, refetch]);
  useLater(again, mayPass(open.error));

  if (code === '' && grant === '') {
    return (
      <Card title={text.noCode} alert>
        <p>{text.noCodeText}</p>
      </Card>
    );
  }
  const error = open.error ?? unread;
  if (error) return <Refusal error={error} onRetry={again} />;
  if (!data) {
    return (
      <Card title={text.looking} busy>
        <div className="kg-spinner" />
      </Card>
    );
  }
  const path = open.isPending || open.isSuccess ? open.variables : undefined;
  return <Invitation link={data} held={code === ''} path={path} onOpen={(to) => open.mutate(to)} />;
}

async function redeem(code: string): Promise<void> {
  await requireCookies();
  await redeemLink(code);
}

function Refusal({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { title, text: words, passing } = linkRefusal(error);
  return (
    <Card title={title} alert>
      <p>{words}</p>
      {passing && (
        <div className="kg-buttons">
          <button type="button" className="kg-button kg-primary" onClick={onRetry}>
            {text.tryAgain}
          </button>
        </div>
      )}
    </Card>
  );
}

export function LostPage() {
  return (
    <Card title={text.lost} alert>
      <p>{text.lostText}</p>
    </Card>
  );
}

/** The link that the address names. */
function useSource(): Source {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return sourceOf({ hash, search: location.search });
}

/** Calls `act` when the person comes back to the page, which the browser may have kept as they left it. */
function useReturn(act: () => void): void {
  useEffect(() => {
    window.addEventListener('pageshow', act);
    return () => window.removeEventListener('pageshow', act);
  }, [act]);
}

/** Calls `act` a while after `when` has become true. */
function useLater(act: () => void, when: boolean): void {
  useEffect(() => {
    if (!when) return undefined;
    const timer = setTimeout(act, FIRST_RETRY_MS);
    return () => clearTimeout(timer);
  }, [act, when]);
}
