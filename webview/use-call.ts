import { createContext } from 'preact';
import { useCallback, useContext, useState } from 'preact/hooks';
import type { UserErrorData } from '../src/protocol/errors';
import type { PanelCalls } from '../src/protocol/panel';
import type { Argument, CallName, Result } from '../src/protocol/worker';
import { type Client, inWords } from './client';

export const ClientContext = createContext<Client>({
  call: () => Promise.reject(new Error('no host')),
  on: () => () => {},
});

interface CallState {
  readonly busy: boolean;
  readonly error: UserErrorData | undefined;
  readonly dismiss: () => void;
  /** Resolves to undefined when the call failed; the failure is in `error`. */
  readonly call: <N extends CallName<PanelCalls>>(
    name: N,
    argument: Argument<PanelCalls, N>,
  ) => Promise<Result<PanelCalls, N> | undefined>;
}

/** Calls of one place in the panel, with what it needs to show: whether one is under way, and what went wrong. */
export function useCall(): CallState {
  const client = useContext(ClientContext);
  const [underWay, setUnderWay] = useState(0);
  const [error, setError] = useState<UserErrorData | undefined>(undefined);
  const call: CallState['call'] = useCallback(
    async (name, argument) => {
      setUnderWay((n) => n + 1);
      try {
        const result = await client.call(name, argument);
        setError(undefined);
        return result;
      } catch (failure) {
        setError(inWords(failure));
        return undefined;
      } finally {
        setUnderWay((n) => n - 1);
      }
    },
    [client],
  );
  return { busy: underWay > 0, error, dismiss: () => setError(undefined), call };
}
