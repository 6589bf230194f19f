/** The long thoughts that the panel is measured with. */
import { existsSync, readFileSync } from 'node:fs';
import { fixture } from '../../harness/settings.ts';

export interface LongThought {
  readonly name: string;
  readonly text: string;
  readonly tokens: number;
}

export const thoughtTokens = 30_000;

/** As the tiny model counts: a number and a line break, a token for each digit and for the break. */
export function countingThought(): LongThought {
  const lines: string[] = [];
  for (let number = 1, tokens = 0; tokens < thoughtTokens; number++) {
    lines.push(String(number));
    tokens += String(number).length + 1;
  }
  return { name: 'counting', text: `${lines.join('\n')}\n`, tokens: thoughtTokens };
}

/** The recorded one: see test/fixtures/thought/README.md. */
export function mathThought(): LongThought {
  const file = fixture('thought/math.md');
  return { name: 'mathematics', text: existsSync(file) ? readFileSync(file, 'utf8') : '', tokens: thoughtTokens };
}
