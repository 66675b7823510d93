import { useContext, useLayoutEffect } from 'preact/hooks';
import { PersistenceContext } from './persisted-state';

/** Keeps the place to which the page is scrolled, as long as the same run is shown. */
export function useKeptScroll(): void {
  const persistence = useContext(PersistenceContext);
  useLayoutEffect(() => {
    const kept = persistence.read('run', 'scroll');
    let due = 0;
    const restore = () => typeof kept === 'number' && window.scrollTo(0, kept);
    restore();
    // The maps take their size a frame later.
    const later = requestAnimationFrame(restore);
    const onScroll = () => {
      cancelAnimationFrame(due);
      due = requestAnimationFrame(() => persistence.write('run', 'scroll', Math.round(window.scrollY)));
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      cancelAnimationFrame(later);
      cancelAnimationFrame(due);
      window.removeEventListener('scroll', onScroll);
    };
  }, [persistence]);
}
