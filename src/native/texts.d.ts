/** Files whose text is compiled into a bundle. */
declare module '*.h?raw' {
  const text: string;
  export default text;
}
declare module '*.cc?raw' {
  const text: string;
  export default text;
}
