import { Pagination } from '@patternfly/react-core';
import { type ReactNode } from 'react';
import { useUrlState } from '../hooks/useUrlState.js';
import { PAGE, pageOf } from './paging.js';

/** A long list in pages of 50; the address keeps which page. */
export function Paged<T>({ items, children }: { items: T[]; children: (page: T[]) => ReactNode }) {
  const [written, setPage] = useUrlState('page');
  const page = pageOf(items, written);
  return (
    <>
      {children(page.items)}
      {page.last > 1 && (
        <Pagination
          itemCount={items.length}
          perPage={PAGE}
          page={page.at}
          perPageOptions={[]}
          onSetPage={(_event, next) => setPage(String(next))}
          variant="bottom"
        />
      )}
    </>
  );
}
