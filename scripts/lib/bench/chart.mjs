/**
 * Draws a curve of the benchmark as an SVG of its own: lines with their points, in the reader's light or dark, with a
 * background that makes it readable on any page.
 */

const size = { width: 760, height: 420 };
const plot = { left: 72, right: 728, top: 108, bottom: 360 };
/** Apart for readers who see few colours too: by lightness, and by the shape of the points. */
const lines = [
  { light: '#1f5fbf', dark: '#7ab3ff', shape: 'circle' },
  { light: '#c4570c', dark: '#ffa45c', shape: 'square' },
  { light: '#2c7a4b', dark: '#7fd6a0', shape: 'diamond' },
  { light: '#7a7f87', dark: '#9aa1ab', shape: 'circle' },
];

/**
 * @param {import('./frame.mjs').Curve} curve at least one point; on a logarithmic axis all values over 0
 * @returns {string} the SVG
 */
export function chart({ title, x, y, series }) {
  const shown = series.map(({ name, points }) => ({ name, points: points.filter(([, value]) => Number.isFinite(value)) }));
  const all = shown.flatMap(({ points }) => points);
  const places = [...new Set(all.map(([place]) => place))].sort((a, b) => a - b);
  const marks = ticks(
    all.map(([, value]) => value),
    y.log,
  );
  const across = scale([places[0], places.at(-1)], [plot.left + 24, plot.right - 24], x.log);
  const up = scale([marks[0], marks.at(-1)], [plot.bottom, plot.top], y.log);
  const classes = lines.slice(0, shown.length);
  const colours = (mode) => classes.map((line, index) => `.s${index} { stroke: ${line[mode]}; fill: ${line[mode]}; }`).join(' ');
  const summary = shown.map(
    ({ name, points }) => `${name}: ${points.map(([place, value]) => `${short(value)} at ${short(place)}`).join(', ')}`,
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-labelledby="title summary">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="summary">${escaped(`${y.label} by ${x.label}. ${summary.join('. ')}.`)}</desc>`,
    '<style>',
    'text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #57606a; }',
    '.page { fill: #ffffff; stroke: #d8dee4; } .title { font-size: 17px; font-weight: 600; fill: #1f2328; } .grid { stroke: #e6eaee; }',
    '.axis { stroke: #afb8c1; } .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }',
    `.end { text-anchor: end; } .mid { text-anchor: middle; } ${colours('light')} .line { fill: none; }`,
    '@media (prefers-color-scheme: dark) {',
    'text { fill: #9aa4af; } .page { fill: #14181d; stroke: #2c333b; } .title { fill: #e8edf2; } .grid { stroke: #252b32; } .axis { stroke: #4a535d; }',
    `${colours('dark')} .line { fill: none; } }`,
    '</style>',
    `<rect class="page" x="0.5" y="0.5" width="${size.width - 1}" height="${size.height - 1}" rx="10"/>`,
    `<text class="title" x="28" y="38">${escaped(title)}</text>`,
    legend(shown, `${y.label}${y.log ? ' (logarithmic)' : ''}`),
    ...marks.map((mark) => `<path class="grid" d="M${plot.left} ${near(up(mark))}H${plot.right}"/>`),
    ...marks.map((mark) => `<text class="end" x="${plot.left - 10}" y="${near(up(mark) + 4.5)}">${short(mark)}</text>`),
    `<path class="axis" d="M${plot.left} ${plot.bottom}H${plot.right}"/>`,
    ...labelled(places, across).map(
      (place) => `<text class="mid" x="${near(across(place))}" y="${plot.bottom + 22}">${short(place)}</text>`,
    ),
    ...places.map((place) => `<path class="axis" d="M${near(across(place))} ${plot.bottom}v5"/>`),
    `<text class="mid" x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 46}">${escaped(x.label)}${x.log ? ' (logarithmic)' : ''}</text>`,
    ...shown.map(({ points }, index) => drawn(points, index, across, up)),
    '</svg>',
  ].join('\n')}\n`;
}

function drawn(points, index, across, up) {
  const at = points.map(([place, value]) => [near(across(place)), near(up(value))]);
  const way = at.map(([left, top], step) => `${step === 0 ? 'M' : 'L'}${left} ${top}`).join('');
  return `<path class="s${index} line" d="${way}"/>${at.map(([left, top]) => dot(left, top, index)).join('')}`;
}

function dot(left, top, index) {
  const { shape } = lines[index] ?? lines[0];
  if (shape === 'circle') return `<circle class="s${index}" cx="${left}" cy="${top}" r="3.5"/>`;
  const turn = shape === 'diamond' ? ` transform="rotate(45 ${left} ${top})"` : '';
  return `<rect class="s${index}" x="${left - 3.25}" y="${top - 3.25}" width="6.5" height="6.5"${turn}/>`;
}

/** What the vertical axis is, and above it the names of the lines. */
function legend(series, label) {
  const row = 64;
  let left = 28;
  const entries = series.map(({ name }, index) => {
    const at = left;
    // Letters of this size are seven to eight pixels wide on the whole.
    left += 24 + name.length * 7.8 + 24;
    return `<path class="s${index} line" d="M${near(at)} ${row - 4}h18"/>${dot(near(at + 9), row - 4, index)}<text x="${near(at + 25)}" y="${row}">${escaped(name)}</text>`;
  });
  return [...(series.length > 1 ? entries : []), `<text x="28" y="${plot.top - 18}">${escaped(label)}</text>`].join('\n');
}

/** Round values from just below all to just above: each has a line. */
function ticks(values, log) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!log) {
    const step = [1, 2, 2.5, 5, 10].map((part) => part * 10 ** Math.floor(Math.log10(most / 5))).find((each) => most / each <= 6) ?? most;
    return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
  }
  const decades = Math.log10(most / least);
  const parts = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const grid = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(most)) + 1; power++)
    grid.push(...parts.map((part) => part * 10 ** power));
  const from = grid.findLastIndex((each) => each <= least);
  const to = grid.findIndex((each) => each >= most);
  return grid.slice(from, Math.max(to, from + 1) + 1);
}

/** Those whose words do not run into their neighbour's. */
function labelled(places, across) {
  let last = -Infinity;
  return places.filter((place) => across(place) - last >= 44 && (last = across(place)) === last);
}

function scale([from, to], [first, last], log) {
  const measure = log ? Math.log10 : (value) => value;
  const span = measure(to) - measure(from) || 1;
  return (value) => first + ((measure(value) - measure(from)) / span) * (last - first);
}

const near = (value) => Math.round(value * 10) / 10;

/** `16K`, `1.5M`, `0.02`. */
function short(value) {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1000) return `${Number((value / 1000).toPrecision(3))}K`;
  return String(Number(value.toPrecision(3)));
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
