import { common } from '../text.js';

/** What shells/dashboard.html shows before any script runs, until it is known who is signed in. */
export function Waiting() {
  return (
    <div className="kg-page kg-waiting">
      <header className="kg-header">
        <span className="kg-brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{common.product}</span>
        </span>
      </header>
      <main aria-busy="true" aria-label={common.loading}>
        <div className="kg-spinner" />
      </main>
    </div>
  );
}
