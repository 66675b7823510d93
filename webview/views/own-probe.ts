import { useEffect, useState } from 'preact/hooks';
import type { UserErrorData } from '../../src/protocol/errors';
import type { Probe } from '../../src/protocol/run';
import type { RunView } from '../model/panel-store';
import { usePersistedState } from '../persisted-state';
import { useCall } from '../use-call';

interface OwnProbe {
  /** What to show: of the person's own input if there is one, else what the training records. */
  readonly probe: Probe | undefined;
  /** Empty: the training's own input. */
  readonly input: string;
  readonly setInput: (input: string) => void;
  readonly busy: boolean;
  readonly error: UserErrorData | undefined;
  readonly dismiss: () => void;
}

/** Looks at a person's own input, again whenever the training has recorded something newer. */
export function useOwnProbe(view: RunView): OwnProbe {
  const [input, setInput] = usePersistedState('run', 'gates.input', '');
  const [own, setOwn] = useState<Probe | undefined>(undefined);
  const { busy, error, dismiss, call } = useCall();
  const step = view.probe?.step;

  // `step` is there because a newer recording is a reason to look again.
  useEffect(() => {
    if (input === '') {
      setOwn(undefined);
      return;
    }
    let wanted = true;
    void call('probe', { folder: view.folder, input }).then((probe) => {
      if (wanted && probe) setOwn(probe);
    });
    return () => {
      wanted = false;
    };
  }, [input, step, view.folder, call]);

  return { probe: input === '' ? view.probe : (own ?? view.probe), input, setInput, busy, error, dismiss };
}
