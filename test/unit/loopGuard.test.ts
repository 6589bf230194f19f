import assert from 'node:assert/strict';
import { LoopGuard } from '../../src/core/loopGuard.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
/** Characters after which the guard stops the text, given in pieces of a few characters; undefined: never. */
function stoppedAfter(text: string, piece = 7): number | undefined {
  const guard = new LoopGuard();
  for (let at = 0; at < text.length; at += piece) if (guard.push(text.slice(at, at + piece))) return at + piece;
  return undefined;
}
const isPrime = (n: number): boolean => n > 1 && !range(Math.floor(Math.sqrt(n))).some((d) => d > 1 && n % d === 0);
const words = 'limit sum proof term bound case even odd prime factor root claim hence since above below first last each both'.split(' ');
/** Different words in an order that does not repeat, the same each time. */
function prose(count: number, seed: number): string {
  let state = seed;
  return range(count)
    .map(() => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return words[state % words.length];
    })
    .join(' ');
}

const honest: Readonly<Record<string, string>> = {
  'numbers, one a line': range(5000).join('\n'),
  'a multiplication table': range(60)
    .flatMap((a) => range(60).map((b) => `${a} × ${b} = ${a * b}`))
    .join('\n'),
  'a multiplication table in sentences': range(40)
    .flatMap((a) => range(40).map((b) => `The product of ${a} and ${b} is equal to ${a * b}, as the table says.`))
    .join('\n'),
  'primes, each with its reason': range(3000)
    .map((n) => `${n} is ${isPrime(n) ? 'a prime number, since no smaller number divides it' : 'not a prime number, it has a divisor'}.`)
    .join('\n'),
  'a list of primes': range(20_000).filter(isPrime).join(', '),
  'a table of Markdown': range(800)
    .map((n) => `| ${n} | value of the function | ${n * n} | yes | no |`)
    .join('\n'),
  'a matrix of zeros': range(30)
    .map(() =>
      range(30)
        .map(() => '0')
        .join(' & '),
    )
    .join(' \\\\\n'),
  'an identity matrix': range(40)
    .map((row) =>
      range(40)
        .map((column) => (row === column ? '1' : '0'))
        .join(' & '),
    )
    .join(' \\\\\n'),
  'a matrix of fractions': range(20)
    .map(() =>
      range(20)
        .map(() => '\\frac{1}{n}')
        .join(' & '),
    )
    .join(' \\\\\n'),
  'a truth table': range(512)
    .map((n) => [1, 2, 4, 8, 16, 32, 64, 128, 256].map((bit) => ((n - 1) & bit ? 'true' : 'false')).join(' | '))
    .join('\n'),
  'a proof by cases': range(200)
    .map(
      (n) =>
        `Case ${n}: suppose that x leaves the remainder ${n}. Then the square of x leaves ${(n * n) % 201}, so the claim holds in this case as well.`,
    )
    .join('\n\n'),
  'long cases that differ in one number': range(60)
    .map((n) => `Case ${n}: ${prose(100, 7)}.`)
    .join('\n'),
  'the same code four times': range(4)
    .map((n) => `Version ${n}:\n${prose(300, 3)}`)
    .join('\n\n'),
  FizzBuzz: range(1500)
    .map((n) => (n % 15 === 0 ? 'FizzBuzz' : n % 5 === 0 ? 'Buzz' : n % 3 === 0 ? 'Fizz' : n))
    .join('\n'),
  'decimals that repeat': `1/7 = 0.${'142857'.repeat(400)}`,
  'a line of signs': '-'.repeat(2000),
  prose: prose(20_000, 1),
  'binary numbers': range(2000)
    .map((n) => n.toString(2))
    .join(' '),
};

const sentence = 'Wait, let me check the sum once more before I go on. ';
const loops: Readonly<Record<string, string>> = {
  'one sentence': sentence.repeat(400),
  'two words': 'so then '.repeat(3000),
  'a paragraph of 60 words': `${prose(60, 2)}.\n\n`.repeat(60),
  'a page of 400 words': `${prose(400, 5)}.\n`.repeat(12),
  'a chapter of 1,500 words': `${prose(1500, 9)}.\n`.repeat(6),
  'a sentence in Chinese': '让我再检查一遍这个结果是否正确。'.repeat(100),
  'four sentences in changing order': range(800)
    .map(
      (n) =>
        ['Hmm, that is not right.', 'Let me try another way.', 'But the sum is too large.', 'So it has to be smaller.'][
          (n * n + 3 * n) % 4
        ],
    )
    .join(' '),
  'one number for ever': '7, '.repeat(10_000),
  'one digit for ever': '0'.repeat(60_000),
  dots: '. '.repeat(30_000),
  'line ends': '\n'.repeat(60_000),
  'a formula': '$$x = \\frac{1}{2}$$\n'.repeat(1000),
};

describe('The guard against loops', () => {
  for (const [name, text] of Object.entries(honest)) it(`lets pass ${name}`, () => assert.equal(stoppedAfter(text), undefined));

  for (const [name, text] of Object.entries(loops))
    it(`stops ${name}`, () => {
      const start = `${prose(2000, 4)}\n`;
      const at = stoppedAfter(start + text);
      assert.ok(at !== undefined && at > start.length, 'it was not stopped where it repeats');
    });

  it('stops a sentence after less than 3,000 characters, wherever the text is cut', () => {
    const [one, other] = [stoppedAfter(sentence.repeat(400), 1) ?? Infinity, stoppedAfter(sentence.repeat(400), 1000) ?? Infinity];
    assert.ok(one < 3000, String(one));
    assert.ok(other >= one && other - one < 1000, `${one} ${other}`);
  });

  it('knows what was there besides the loop', () => {
    const [guard, start] = [new LoopGuard(), `${prose(2000, 4)}\n`];
    guard.push(start + sentence.repeat(400));
    assert.ok(guard.looping && guard.from >= start.length && guard.from < start.length + 6 * sentence.length, String(guard.from));
  });

  it('lets a text go on that repeated a page and then found something new', () => {
    assert.equal(stoppedAfter(`${prose(80, 3)}\n`.repeat(7) + prose(5000, 8)), undefined);
  });
});
