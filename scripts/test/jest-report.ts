// What a jest run says in its --json file, as counts and failures. Pure.

/** The part of jest's report that we read. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export interface Outcome {
  readonly passed: number;
  /** One line each: what failed. */
  readonly failures: readonly string[];
}

/**
 * Counts tests. A file that could not run is one failure; so is a skipped or todo test, because what does not run proves
 * nothing (with a title filter the tests that it leaves out are not meant).
 * @param title whether a title filter was on
 */
export function outcomeOf(report: JestReport, { root, title }: { root: string; title: boolean }): Outcome {
  const failures = report.testResults.flatMap(({ name, status, assertionResults }) => {
    const file = name.replace(`${root}/`, '');
    const failed = assertionResults
      .filter(
        (test) =>
          test.status === 'failed' || (!title && ['pending', 'todo', 'skipped', 'disabled'].includes(test.status)),
      )
      .map((test) => `${file}: ${test.fullName}${test.status === 'failed' ? '' : ` (${test.status})`}`);
    return status === 'failed' && failed.length === 0 ? [`${file}: could not run`] : failed;
  });
  return { passed: report.numPassedTests, failures };
}
