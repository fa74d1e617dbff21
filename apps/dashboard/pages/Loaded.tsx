import { type ReactNode } from 'react';
import { ApiError } from '../api/client.js';
import { Notes } from './Notes.js';
import { Failure, Loading } from './States.js';
import { common } from './text.js';

interface Props<T> {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  /** Completes "Cannot load …". */
  what: string;
  children: (data: T) => ReactNode;
}

/**
 * What a query has read, or why it could not. What was read stays while the gateway cannot be reached, with a word that
 * it may be out of date; it goes when it may no longer be seen.
 */
export function Loaded<T>({ query: { data, error, refetch }, what, children }: Props<T>) {
  const refused = error instanceof ApiError && error.forbidden;
  if (data !== undefined && !refused) {
    return (
      <>
        <Notes notes={error ? [common.outdated(error.message)] : []} />
        {children(data)}
      </>
    );
  }
  return error ? <Failure error={error} what={what} onRetry={() => void refetch()} /> : <Loading />;
}
