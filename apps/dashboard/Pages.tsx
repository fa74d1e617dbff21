import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { readConsolePath } from './console/address.js';
import { LinksPage } from './pages/links/LinksPage.js';
import { Shell } from './pages/shell/Shell.js';
import { SignInPage } from './pages/sign-in/SignInPage.js';
import { Loading, NotFound } from './pages/States.js';
import { VmPage } from './pages/vms/VmPage.js';
import { VmsPage } from './pages/vms/VmsPage.js';

const ConsolePage = lazy(() => import('./console/ConsolePage.js').then((module) => ({ default: module.ConsolePage })));

/** Which page stands behind which path. */
export function Pages() {
  return (
    <Routes>
      <Route path="/login" element={<SignInPage />} />
      <Route path="/console/*" element={<ConsoleRoute />} />
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

function ConsoleRoute() {
  const address = readConsolePath(useLocation().pathname);
  if (!address) return <NotFound />;
  return (
    <Suspense fallback={<Loading />}>
      <ConsolePage {...address} />
    </Suspense>
  );
}
