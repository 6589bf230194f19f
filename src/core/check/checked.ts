/**
 * What a check says: the words of the field `core/check` towards the rest of Lemma. A verdict is only ever
 * `false` with a reason that a reader can follow (two values, a counterexample, a digit), never because
 * something was not understood.
 */

/** `unknown`: neither shown to hold nor shown not to. */
export type Verdict = 'true' | 'false' | 'unknown';

/** A value of a name, as text: `x`, `-1/2`. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** Why a relation holds, does not hold, or is not decided; worded by `host/check/checkWords.ts`. */
export type CheckReason =
  /** true: both sides are this number, or stand in the relation as these numbers do. */
  | { readonly code: 'values'; readonly left: string; readonly right: string }
  /** true: the same expression for every value of its names, shown exactly. */
  | { readonly code: 'identity' }
  /** true: equal (or in order) at this many random points of the domain. */
  | { readonly code: 'sampled'; readonly points: number }
  /** true: follows from what was given, which has these solutions. */
  | { readonly code: 'consequence'; readonly solutions: readonly NamedValue[] }
  /** true: stated by the problem itself. */
  | { readonly code: 'given' }
  /** true: the rounded side has the digits of the other, which is `value`. */
  | { readonly code: 'digits'; readonly value: string }
  /** false: two numbers that do not stand in the relation. */
  | { readonly code: 'valuesDiffer'; readonly left: string; readonly right: string }
  /** false: a point of the domain at which the sides are these. */
  | { readonly code: 'counterexample'; readonly at: readonly NamedValue[]; readonly left: string; readonly right: string }
  /** false: the rounded side is not `value` to its own digits. */
  | { readonly code: 'digitsDiffer'; readonly value: string }
  /** false: a solution of what was given at which this does not hold. */
  | {
      readonly code: 'notSolution';
      readonly at: readonly NamedValue[];
      /** The given relation, or this one, that fails there. */
      readonly relation: string;
      readonly left: string;
      readonly right: string;
    }
  /** unknown: says what a name is. */
  | { readonly code: 'definition'; readonly name: string }
  /** unknown: holds for some values of its names, and nothing says which are meant. */
  | { readonly code: 'condition' }
  /** unknown: notation that the check does not read. */
  | { readonly code: 'notation'; readonly what: string }
  /** unknown: read, but not decided. */
  | { readonly code: 'undecided' }
  /** unknown: took longer than a formula may. */
  | { readonly code: 'time' };

/** One relation of a formula: of `a = b = c` there are two. */
export interface CheckedRelation {
  /** As written: `\frac12 = 0.5`. */
  readonly latex: string;
  /** Its place in the text that was checked, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly verdict: Verdict;
  readonly reason: CheckReason;
}

/** A formula with at least one relation. */
export interface CheckedFormula {
  /** What stands between its delimiters. */
  readonly latex: string;
  /** Its place with its delimiters in the text that was checked, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** `false` if one relation is; else `true` if one is and the others only define a name or pose a condition; else `unknown`. */
  readonly verdict: Verdict;
  readonly relations: readonly CheckedRelation[];
}

/** «14 equations: 12 hold, 1 does not, 1 not checked»: of relations; what only defines a name is not counted. */
export interface CheckCount {
  readonly hold: number;
  readonly fail: number;
  readonly unchecked: number;
}
