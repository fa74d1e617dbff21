import { type ComponentProps, lazy, Suspense } from 'react';

const Dialog = lazy(() => import('./IssueDialog.js').then((module) => ({ default: module.IssueDialog })));

/** {@link Dialog}, whose code is loaded when a user issues a link. */
export function IssueDialog(props: ComponentProps<typeof Dialog>) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}
