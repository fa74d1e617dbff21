import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type LinkInfo, readLinkCode } from '#libs/api';
import { ApiError } from '../api/client.js';
import { readLink, redeemLink } from '../api/rest.js';
import { useNow } from '../hooks/useNow.js';
import { dateTime, timeLeftInWords } from '../time/duration.js';
import { Card } from './Card.js';
import { consolesOf, landingText as text, linkRefusal } from './text.js';

/** `/l#CODE`: says what a link is for; one button redeems it. The code stays in the fragment and in POST bodies. */
export function LandingPage() {
  const code = useCode();
  const link = useQuery({
    queryKey: ['link', code],
    queryFn: () => readLink(code),
    enabled: code !== '',
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const redeem = useMutation({
    mutationFn: () => redeemLink(code),
    onSuccess: ({ location: path }) => location.replace(path),
  });

  if (code === '') {
    return (
      <Card title={text.noCode} alert>
        <p>{text.noCodeText}</p>
      </Card>
    );
  }
  const error = redeem.error ?? link.error;
  if (error) return <Refusal error={error} onRetry={() => (redeem.reset(), void link.refetch())} />;
  if (!link.data) {
    return (
      <Card title={text.looking} busy>
        <div className="kg-spinner" />
      </Card>
    );
  }
  return <Invitation link={link.data} busy={redeem.isPending || redeem.isSuccess} onOpen={() => redeem.mutate()} />;
}

function Invitation({ link, busy, onOpen }: { link: LinkInfo; busy: boolean; onOpen: () => void }) {
  const left = useNow((now) => Math.ceil((Date.parse(link.until) - now) / 1_000) * 1_000);
  const open = link.vm ? text.open : text.openOther;
  return (
    <Card title={text.title(link)} busy={busy}>
      {link.description && <p>{link.description}</p>}
      <dl className="kg-facts">
        <dt>{text.what}</dt>
        <dd>
          {consolesOf(link.urls)}
          {link['view-only'] && <> ({text.viewOnly})</>}
        </dd>
        <dt>{text.until}</dt>
        <dd>
          {dateTime(link.until)} <span className="kg-nowrap">({text.left(timeLeftInWords(left))})</span>
        </dd>
        {link.issuer && (
          <>
            <dt>{text.from}</dt>
            <dd>{link.issuer}</dd>
          </>
        )}
        <dt>{text.namespace}</dt>
        <dd>{link.namespace}</dd>
      </dl>
      {link['single-use'] && left > 0 && <p className="kg-tip">{text.singleUse}</p>}
      {left <= 0 && <p className="kg-tip">{text.over}</p>}
      <div className="kg-buttons">
        <button type="button" className="kg-button kg-primary" disabled={busy || left <= 0} onClick={onOpen}>
          {busy ? text.opening : open}
        </button>
      </div>
    </Card>
  );
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

function useCode(): string {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return readLinkCode(hash);
}
