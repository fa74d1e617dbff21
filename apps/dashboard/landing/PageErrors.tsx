import { Component, type ReactNode } from 'react';
import { Card } from './Card.js';

/** Shows a page of its own when a page breaks, instead of nothing. */
export class PageErrors extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Card title="This page broke" alert>
        <p>Load it again. If that does not help, tell the person who runs this gateway what stands below.</p>
        <p className="kg-quiet">{error.message}</p>
        <div className="kg-buttons">
          <button type="button" className="kg-button kg-primary" onClick={() => location.reload()}>
            Load again
          </button>
        </div>
      </Card>
    );
  }
}
