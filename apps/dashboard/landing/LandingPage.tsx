import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { readLinkCode } from '#libs/api';
import { ApiError } from '../api/client.js';
import { readHeldLink, readLink, redeemLink } from '../api/rest.js';
import { Card } from './Card.js';
import { Invitation } from './Invitation.js';
import { landingText as text, linkRefusal } from './text.js';

/**
 * `/l#CODE` says what a link opens, and redeems it when one of that is opened: the code stays in the fragment and in POST
 * bodies. `/l?grant=UID` says it of a link that this browser has redeemed.
 */
export function LandingPage() {
  const { code, grant } = useSource();
  const link = useQuery({
    queryKey: ['link', code, grant],
    queryFn: () => (code === '' ? readHeldLink(grant) : readLink(code)),
    enabled: code !== '' || grant !== '',
  });
  const open = useMutation({
    mutationFn: async (_path: string) => void (code !== '' && (await redeemLink(code))),
    onSuccess: (_, path) => location.assign(path),
  });
  const { reset } = open;
  useReturn(reset);

  if (code === '' && grant === '') {
    return (
      <Card title={text.noCode} alert>
        <p>{text.noCodeText}</p>
      </Card>
    );
  }
  const error = open.error ?? link.error;
  if (error) return <Refusal error={error} onRetry={() => (reset(), void link.refetch())} />;
  if (!link.data) {
    return (
      <Card title={text.looking} busy>
        <div className="kg-spinner" />
      </Card>
    );
  }
  const path = open.isPending || open.isSuccess ? open.variables : undefined;
  return <Invitation link={link.data} held={code === ''} path={path} onOpen={(to) => open.mutate(to)} />;
}

/** Refusals of the link itself: trying again gives the same answer. */
const FINAL = [400, 401, 404, 410];

function Refusal({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const code = error instanceof ApiError ? error.code : 500;
  const words = linkRefusal(code, error.message);
  return (
    <Card title={words.title} alert>
      <p>{words.text}</p>
      {!FINAL.includes(code) && (
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

/** The link that the address names: by its code, or by the UID of its grant. */
function useSource(): { code: string; grant: string } {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return { code: readLinkCode(hash), grant: new URLSearchParams(location.search).get('grant') ?? '' };
}

/** Calls `act` when the person comes back to the page, which the browser may have kept as they left it. */
function useReturn(act: () => void): void {
  useEffect(() => {
    window.addEventListener('pageshow', act);
    return () => window.removeEventListener('pageshow', act);
  }, [act]);
}
