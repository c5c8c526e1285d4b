// A page that fails is said, and the shell around it stays.
import { Component, type ReactNode } from "react";
import { Failed } from "../design/States";

export class PageBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    // What comes here was thrown by the page itself: `fetch` throws the same where the service cannot be reached.
    return { error: error instanceof TypeError ? new Error(error.message, { cause: error }) : error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    // A page's script is gone where a newer dashboard was put in its place; loading anew brings that.
    return <Failed error={this.state.error} onRetry={() => location.reload()} />;
  }
}
