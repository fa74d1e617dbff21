import { Component, type ReactNode } from 'react';
import { Card } from './Card.js';

/** Shows an error page instead of an empty one when rendering fails. */
export class PageErrors extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Card title="Something went wrong" alert>
        <p>Reload the page. If the problem persists, send this message to the administrator of the gateway:</p>
        <p className="kg-quiet">{error.message}</p>
        <div className="kg-buttons">
          <button type="button" className="kg-button kg-primary" onClick={() => location.reload()}>
            Reload
          </button>
        </div>
      </Card>
    );
  }
}
