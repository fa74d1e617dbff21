import { SearchInput, Title } from '@patternfly/react-core';
import { type ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { inNamespace, useNamespace } from '../hooks/useNamespace.js';
import { useUrlState } from '../hooks/useUrlState.js';
import { Loaded } from './Loaded.js';
import { Notes } from './Notes.js';
import { Paged } from './Paged.js';
import { Empty } from './States.js';
import { listText } from './text.js';
import { useTitle } from './useTitle.js';

interface Props<T> {
  text: { title: string; what: string; filter: string; noMatch: string };
  query: { data: { items: T[] } | undefined; error: Error | null; refetch: () => unknown };
  /** Those that fit the filters, in their order. */
  shown: T[];
  notes: string[];
  /** Filters beside the one for words. */
  filters?: ReactNode;
  /** Instead of the list when there is nothing at all. */
  empty: ReactNode;
  children: (page: T[]) => ReactNode;
}

/** A list of a namespace in pages. The address keeps the words to filter by, as `filter`, and the page. */
export function ListPage<T>({ text, query, shown, notes, filters, empty, children }: Props<T>) {
  useTitle(text.title);
  return (
    <>
      <div className="kg-head">
        <Title headingLevel="h1">{text.title}</Title>
        {query.data && (
          <div className="kg-buttons-row">
            <span className="kg-subtle" role="status">
              {listText.count(shown.length, query.data.items.length)}
            </span>
            {filters}
            <Filter label={text.filter} />
          </div>
        )}
      </div>
      <Loaded query={query} what={text.what}>
        {({ items }) => (
          <>
            <Notes notes={notes} />
            {items.length === 0 ? (
              empty
            ) : shown.length === 0 ? (
              <Empty title={listText.noMatch} text={text.noMatch} action={<Unfiltered />} />
            ) : (
              <Paged items={shown}>{children}</Paged>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function Filter({ label }: { label: string }) {
  const [filter, setFilter] = useUrlState('filter');
  return (
    <div className="kg-filter">
      <SearchInput
        aria-label={label}
        placeholder={label}
        value={filter}
        onChange={(_event, value) => setFilter(value)}
        onClear={() => setFilter('')}
      />
    </div>
  );
}

/** Leads to the same list without any filter. */
function Unfiltered() {
  const { namespace } = useNamespace();
  return (
    <Link to={inNamespace(useLocation().pathname, namespace)} replace>
      {listText.clear}
    </Link>
  );
}
