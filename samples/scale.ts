export function scaleValue(value: number, factor: number): number {
  return value * factor;
}

export function countAbove(values: readonly number[], limit: number): number {
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    if (values[index] > limit) count++;
  }
  return count;
}
