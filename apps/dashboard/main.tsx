import '@patternfly/react-core/dist/styles/base.css';
import './dashboard.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { makeQueryClient } from './api/query.js';
import './console/tab.js';
import { Pages } from './Pages.js';
import { PageErrors } from './landing/PageErrors.js';

const root = document.getElementById('root');
if (root) {
  // No StrictMode: it would open every console twice in development.
  createRoot(root).render(
    <PageErrors>
      <QueryClientProvider client={makeQueryClient()}>
        <BrowserRouter>
          <Pages />
        </BrowserRouter>
      </QueryClientProvider>
    </PageErrors>,
  );
}
