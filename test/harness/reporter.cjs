/**
 * mocha's own spec reporter, which also writes the counts to the file named by LEMMA_RESULTS,
 * so that the runner can add them up over the suites.
 */
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const result = { passed: 0, failed: 0, passes: [], failures: [] };
    runner.on('pass', (test) => {
      result.passed++;
      result.passes.push(test.fullTitle());
    });
    runner.on('fail', (test, error) => {
      result.failed++;
      result.failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
    runner.once('end', () => {
      if (process.env.LEMMA_RESULTS) writeFileSync(process.env.LEMMA_RESULTS, JSON.stringify(result));
    });
  }
};
