/** Lets waiting messages in between two pieces of work. */
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
