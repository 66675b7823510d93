/// <reference types="vscode-webview" />
import type { ReplyMessage } from '../src/protocol/worker';
import type { Port } from './client';

/** What the page needs from its host beside messages: a place for state that outlives the page. */
export interface Platform {
  readonly port: Port;
  getState(): unknown;
  setState(state: unknown): void;
}

export function vscodePlatform(): Platform {
  const api = acquireVsCodeApi();
  return {
    port: {
      send: (message) => api.postMessage(message),
      listen: (receive) => {
        const listener = (event: MessageEvent<ReplyMessage>) => receive(event.data);
        window.addEventListener('message', listener);
        return () => window.removeEventListener('message', listener);
      },
    },
    getState: () => api.getState(),
    setState: (state) => api.setState(state),
  };
}
