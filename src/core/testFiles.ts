/** Where the tests of a source file stand by the habits of languages: `test_area.py`, `area.test.ts`, `area_test.go`, `AreaTest.java`. */

/** A name whose first or last word says so; what stands in a folder of tests is a test whatever it is called. */
const testName = /^tests?[._-]|[._-](?:tests?|spec)$|^Tests?(?=[A-Z])|[a-z0-9](?:Tests?|Spec)$/;
const testFolder = /(?:^|\/)(?:tests?|specs?|__tests__)\//;

/** @param path with `/`, relative to its workspace folder */
export function isTestFile(path: string): boolean {
  return testFolder.test(path) || testName.test(nameOf(path));
}

/**
 * A glob of the tests of a file, wherever in its workspace they are.
 * @returns undefined for a name that a glob would read as something else
 */
export function testFilesOf(path: string): string | undefined {
  const name = nameOf(path);
  const extension = path.slice(path.lastIndexOf('/') + 1 + name.length);
  if (name === '' || extension === '' || /[{}[\]*?,]/.test(name + extension)) return undefined;
  const upper = name.charAt(0).toUpperCase() + name.slice(1);
  const names = [
    ...['test', 'tests'].flatMap((word) => [`${word}_${name}`, `${word}-${name}`, `${name}_${word}`, `${name}.${word}`, `${name}-${word}`]),
    ...[`${name}.spec`, `${name}_spec`, `${upper}Test`, `${upper}Tests`, `${upper}Spec`, `Test${upper}`],
  ];
  return `**/{${names.join(',')}}${extension}`;
}

/** The base name without its last extension. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}
