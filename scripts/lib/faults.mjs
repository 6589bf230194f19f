/**
 * @typedef {{ suite: string, file: string, title: string }} FaultTest `title`: a part of the test's full title
 * @typedef {{ number: number, name: string, tests: FaultTest[] }} Fault
 */

/**
 * The faults of the tables in docs/reliability.md: `| number | name | what happens | tests |`.
 * @param {string} markdown
 * @returns {Fault[]}
 */
export function faultsIn(markdown) {
  return [...markdown.matchAll(/^\| (\d+) \| (.+?) \| .+ \| (.+?) \|$/gm)].map(([, number, name, cell]) => ({
    number: Number(number),
    name,
    tests: [...cell.matchAll(/`(\w+)\/([\w/]+)` «([^»]+)»/g)].map(([, suite, file, title]) => ({ suite, file, title })),
  }));
}
