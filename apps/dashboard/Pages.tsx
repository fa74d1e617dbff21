import { lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';

const Shell = lazy(() => import('./pages/shell/Shell.js').then(({ Shell: one }) => ({ default: one })));
const SignInPage = lazy(() =>
  import('./pages/sign-in/SignInPage.js').then(({ SignInPage: one }) => ({ default: one })),
);
const VmsPage = lazy(() => import('./pages/vms/VmsPage.js').then(({ VmsPage: one }) => ({ default: one })));
const VmPage = lazy(() => import('./pages/vms/VmPage.js').then(({ VmPage: one }) => ({ default: one })));
const LinksPage = lazy(() => import('./pages/links/LinksPage.js').then(({ LinksPage: one }) => ({ default: one })));
const NotFound = lazy(() => import('./pages/States.js').then(({ NotFound: one }) => ({ default: one })));

/** Which page stands behind which path. */
export function Pages() {
  return (
    <Routes>
      <Route path="/login" element={<SignInPage />} />
      <Route element={<Shell />}>
        <Route index element={<Navigate to="/vms" replace />} />
        <Route path="/index.html" element={<Navigate to="/vms" replace />} />
        <Route path="/vms" element={<VmsPage />} />
        <Route path="/vms/:name" element={<VmPage />} />
        <Route path="/links" element={<LinksPage />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
