/** The text of a cell's file, bundled. */
declare module '*.cell?raw' {
  const text: string;
  export default text;
}
