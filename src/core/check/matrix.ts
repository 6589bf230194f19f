/** Matrices of scalars, by rows. A vector is a matrix with one column, or a list in parentheses. */
import { add, divide, multiply, negate, ofWhole, size, subtract, Undecided, Undefined, type Scalar } from './scalar.ts';

export interface Matrix {
  readonly kind: 'matrix';
  readonly rows: readonly (readonly Scalar[])[];
}

export function matrix(rows: readonly (readonly Scalar[])[]): Matrix {
  return { kind: 'matrix', rows };
}

export function width(a: Matrix): number {
  return a.rows[0]?.length ?? 0;
}

export function sameShape(a: Matrix, b: Matrix): boolean {
  return a.rows.length === b.rows.length && width(a) === width(b);
}

const at = (a: Matrix, row: number, column: number): Scalar => a.rows[row]?.[column] ?? ofWhole(0);

export function addMatrices(a: Matrix, b: Matrix): Matrix {
  if (!sameShape(a, b)) throw new Undefined();
  return matrix(a.rows.map((row, r) => row.map((entry, c) => add(entry, at(b, r, c)))));
}

export function scaled(a: Matrix, by: Scalar): Matrix {
  return matrix(a.rows.map((row) => row.map((entry) => multiply(entry, by))));
}

/** The matrix product; of two vectors of one length the dot product, as a scalar. */
export function multiplyMatrices(a: Matrix, b: Matrix): Matrix | Scalar {
  if (width(a) !== b.rows.length) {
    if (sameShape(a, b) && (width(a) === 1 || a.rows.length === 1)) return dot(a.rows.flat(), b.rows.flat());
    throw new Undefined();
  }
  return matrix(
    a.rows.map((row) =>
      (b.rows[0] ?? []).map((_, c) =>
        dot(
          row,
          b.rows.map((one) => one[c] ?? ofWhole(0)),
        ),
      ),
    ),
  );
}

export function dot(a: readonly Scalar[], b: readonly Scalar[]): Scalar {
  if (a.length !== b.length) throw new Undefined();
  return a.map((entry, k) => multiply(entry, b[k] ?? ofWhole(0))).reduce(add, ofWhole(0));
}

export function cross(a: readonly Scalar[], b: readonly Scalar[]): Scalar[] {
  const [a1, a2, a3] = a;
  const [b1, b2, b3] = b;
  if (!a1 || !a2 || !a3 || !b1 || !b2 || !b3 || a.length !== 3 || b.length !== 3) throw new Undefined();
  const part = (p: Scalar, q: Scalar, r: Scalar, s: Scalar): Scalar => subtract(multiply(p, q), multiply(r, s));
  return [part(a2, b3, a3, b2), part(a3, b1, a1, b3), part(a1, b2, a2, b1)];
}

export function transpose(a: Matrix): Matrix {
  return matrix((a.rows[0] ?? []).map((_, c) => a.rows.map((row) => row[c] ?? ofWhole(0))));
}

export function trace(a: Matrix): Scalar {
  if (a.rows.length !== width(a)) throw new Undefined();
  return a.rows.map((row, k) => row[k] ?? ofWhole(0)).reduce(add, ofWhole(0));
}

export function determinant(a: Matrix): Scalar {
  if (a.rows.length !== width(a)) throw new Undefined();
  if (a.rows.length > 8) throw new Undecided();
  return reduced(a).determinant;
}

export function rank(a: Matrix): Scalar {
  if (a.rows.flat().some((entry) => !entry.exact)) throw new Undecided();
  return ofWhole(reduced(a).pivots);
}

export function inverse(a: Matrix): Matrix {
  const n = a.rows.length;
  if (n !== width(a)) throw new Undefined();
  const wide = matrix(a.rows.map((row, r) => [...row, ...row.map((_, c) => ofWhole(r === c ? 1 : 0))]));
  const { rows, pivots } = reduced(wide, n);
  if (pivots < n) throw new Undefined();
  return matrix(rows.map((row) => row.slice(n)));
}

/** a to a whole power. */
export function matrixPower(a: Matrix, exponent: number): Matrix {
  const n = a.rows.length;
  if (n !== width(a)) throw new Undefined();
  if (Math.abs(exponent) > 64) throw new Undecided();
  const base = exponent < 0 ? inverse(a) : a;
  let result = matrix(a.rows.map((row, r) => row.map((_, c) => ofWhole(r === c ? 1 : 0))));
  for (let k = 0; k < Math.abs(exponent); k++) result = multiplyMatrices(result, base) as Matrix;
  return result;
}

/** Gauss and Jordan, over the first `columns` columns. */
function reduced(a: Matrix, columns = width(a)): { rows: Scalar[][]; determinant: Scalar; pivots: number } {
  const rows = a.rows.map((row) => [...row]);
  let product: Scalar = ofWhole(1);
  let done = 0;
  for (let column = 0; column < columns && done < rows.length; column++) {
    let best = -1;
    for (let r = done; r < rows.length; r++) {
      const entry = rows[r]?.[column];
      if (entry && !isZero(entry) && (best < 0 || size(entry) > size(rows[best]?.[column] ?? entry))) best = r;
    }
    const pivotRow = rows[best];
    const pivot = pivotRow?.[column];
    if (!pivotRow || !pivot) {
      product = ofWhole(0);
      continue;
    }
    if (best !== done) {
      [rows[best], rows[done]] = [rows[done] ?? [], pivotRow];
      product = negate(product);
    }
    product = multiply(product, pivot);
    const unit = pivotRow.map((entry) => divide(entry, pivot));
    for (const [r, row] of rows.entries()) {
      const factor = row[column];
      if (r === done) rows[r] = unit;
      else if (factor) rows[r] = row.map((entry, c) => subtract(entry, multiply(factor, unit[c] ?? ofWhole(0))));
    }
    done++;
  }
  return { rows, determinant: done < rows.length ? ofWhole(0) : product, pivots: done };
}

function isZero(a: Scalar): boolean {
  return a.exact ? a.exact.numerator === 0n : size(a) <= 4 * a.err;
}
