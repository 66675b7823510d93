/** A bundle of its own, which the host loads when the first `.cell` document is there. */
export { cellLanguage } from '../cells/language-service';
