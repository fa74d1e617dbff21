import { QueryClientProvider } from '@tanstack/react-query';
import { lazy } from 'react';
import { createRoot } from 'react-dom/client';
import { makeQueryClient } from './api/query.js';
import './console/tab.js';
import { readConsolePath } from './console/address.js';
import './guest.css';
import { PageErrors } from './landing/PageErrors.js';

// No boundary waits for them: what the page shows by itself stays until the code is there.
const LandingPage = lazy(() => import('./landing/LandingPage.js').then((module) => ({ default: module.LandingPage })));
const LostPage = lazy(() => import('./landing/LandingPage.js').then((module) => ({ default: module.LostPage })));
const ConsolePage = lazy(() => import('./console/ConsolePage.js').then((module) => ({ default: module.ConsolePage })));

/** The guest's pages: two paths, so no router. (No StrictMode: it would open every console twice in development.) */
function Guest() {
  const address = readConsolePath(location);
  if (address) return <ConsolePage {...address} />;
  return /^\/(l\/?|guest\.html)$/.test(location.pathname) ? <LandingPage /> : <LostPage />;
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <PageErrors>
      <QueryClientProvider client={makeQueryClient()}>
        <Guest />
      </QueryClientProvider>
    </PageErrors>,
  );
}
