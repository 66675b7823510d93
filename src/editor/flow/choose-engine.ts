import { type Backend, engineChoices } from './engine-items';
import { back, type Frame, pick } from './quick-input';

/** The native engine of this machine. */
export interface NativeEngine {
  /** Its version, where it is installed. */
  version(): Promise<string | undefined>;
  /** Installs it, after a question; whether that was done. */
  install(): Promise<boolean>;
}

/** Asks which engine is to compute; one that is not installed is installed first, if the person agrees. */
export async function chooseEngine(
  frame: Frame,
  now: Backend,
  native: NativeEngine,
): Promise<Backend | typeof back | undefined> {
  for (;;) {
    const version = await native.version();
    const items = engineChoices(version);
    const chosen = await pick(
      frame,
      items,
      items.find(({ value }) => value === now),
    );
    if (chosen === undefined || chosen === back) {
      return chosen;
    }
    if (chosen.value !== 'tensorflow' || version !== undefined || (await native.install())) {
      return chosen.value;
    }
  }
}
