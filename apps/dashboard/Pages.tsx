import { Navigate, Route, Routes } from 'react-router';
import { LinksPage } from './pages/links/LinksPage.js';
import { Shell } from './pages/shell/Shell.js';
import { SignInPage } from './pages/sign-in/SignInPage.js';
import { NotFound } from './pages/States.js';
import { VmPage } from './pages/vms/VmPage.js';
import { VmsPage } from './pages/vms/VmsPage.js';

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
