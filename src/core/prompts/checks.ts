/** What the model is told of the check of its answer. Changing a line changes `test/unit/golden/`. */
import type { CheckedRelation, NamedValue } from '../check/checked.ts';

/** Most failures that are told: the first ones are what the others follow from. */
const mostFailures = 8;

/** Asks for the answer anew, with what does not hold in it and why. */
export function askToRepair(failures: readonly CheckedRelation[]): string {
  const lines = failures.slice(0, mostFailures).map((failure) => `- $${failure.latex.trim().replace(/\s+/g, ' ')}$: ${whyFalse(failure)}`);
  return [
    'The equations of your answer were checked by a program. These do not hold:',
    ...lines,
    'Find the mistake, and give the whole solution again without it. Put the final answer within \\boxed{}.',
  ].join('\n');
}

function whyFalse({ reason }: CheckedRelation): string {
  switch (reason.code) {
    case 'valuesDiffer':
      return `the left side is ${reason.left}, the right side is ${reason.right}.`;
    case 'counterexample':
      return `for ${named(reason.at)} the left side is ${reason.left}, the right side is ${reason.right}.`;
    case 'digitsDiffer':
      return `the value is ${reason.value}.`;
    case 'notSolution':
      return `with ${named(reason.at)} put into the given equations the left side is ${reason.left}, the right side is ${reason.right}.`;
    default:
      return 'it is false.';
  }
}

function named(values: readonly NamedValue[]): string {
  return values.map(({ name, value }) => `${name} = ${value}`).join(', ');
}
