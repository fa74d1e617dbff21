import { type ReactNode, useEffect } from 'react';
import '../console/console.css';
import './landing.css';

interface Props {
  title: string;
  children?: ReactNode;
  /** Announced by screen readers at once. */
  alert?: boolean;
  busy?: boolean;
}

/** The frame of the guest's simple pages: one card in the middle. */
export function Card({ title, children, alert = false, busy = false }: Props) {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div className="kg-page">
      <main className="kg-card" aria-busy={busy}>
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <div {...(alert && { role: 'alert' })}>
          <h1>{title}</h1>
          {children}
        </div>
      </main>
    </div>
  );
}
