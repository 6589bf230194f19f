/** How much of the cases in test/fixtures/check the check of equations decides, and rightly. */
import { over, row, under } from './frame.mjs';

/** @type {import('./frame.mjs').Part} */
export const checkPart = {
  name: 'check',
  title: 'The check of equations',
  quick: true,
  run: async ({ figures }) => {
    const { fields, medianMs, p99Ms, worstMs, worst } = await figures('test/bench/check.ts');
    const percent = (part) => part * 100;
    const all = fields.at(-1);
    const rows = [
      row(`true ones marked false, of ${all.cases} cases`, all.trueMarkedFalse, '', under(all.trueMarkedFalse, 0, '')),
      row('false ones caught', percent(all.caught), '%', over(percent(all.caught), 97, '%')),
      row('decided at all', percent(all.decided), '%', over(percent(all.decided), 85, '%')),
      row('a formula, median', medianMs, 'ms', under(medianMs, 20, 'ms')),
      row('a formula, 99 of 100 within', p99Ms, 'ms'),
      row('a formula, at worst', worstMs, 'ms', { ...under(worstMs, 1000, 'ms'), note: `\`${worst}\`` }),
    ];
    const field = (one) =>
      row(one.field, percent(one.decided), '% decided', {
        note: `${one.cases} cases, ${one.wrong} wrong, ${percent(one.caught).toFixed(1)} % of the false ones caught`,
      });
    return { rows: [...rows, ...fields.slice(0, -1).map(field)] };
  },
};
