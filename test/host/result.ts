/** One line of the report that the tests in the extension host leave for `scripts/host-tests.mjs`. */
export interface HostTestResult {
  readonly title: string;
  readonly state: 'passed' | 'failed';
  readonly milliseconds: number;
  /** With its stack. */
  readonly error?: string;
}
