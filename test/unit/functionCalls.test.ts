import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AnswerPart } from '../../src/core/functionCalls.ts';
import { callText, FunctionCallParser } from '../../src/core/functionCalls.ts';

const names = ['get_weather', 'get', 'read_file'];

function parsed(text: string, cut: (left: number) => number = (left) => left, offered: readonly string[] = names): AnswerPart[] {
  const parser = new FunctionCallParser(offered);
  const parts: AnswerPart[] = [];
  const add = (more: readonly AnswerPart[]): void => {
    for (const part of more) {
      const last = parts.at(-1);
      if (part.kind === 'text' && last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + part.text };
      else parts.push(part);
    }
  };
  for (let at = 0; at < text.length;) {
    const length = Math.max(1, cut(text.length - at));
    add(parser.push(text.slice(at, at + length)));
    at += length;
  }
  add(parser.end());
  return parts;
}

const text = (value: string): AnswerPart => ({ kind: 'text', text: value });
const call = (name: string, input: object): AnswerPart => ({ kind: 'call', name, input });

describe('calls of functions in an answer', () => {
  const cases: readonly [name: string, answer: string, parts: AnswerPart[]][] = [
    ['one', 'get_weather\n{"city": "Paris"}', [call('get_weather', { city: 'Paris' })]],
    ['one behind line breaks of a closed thought', '\n\nget_weather\n{"city": "北京"}\n', [call('get_weather', { city: '北京' })]],
    ['text before one', 'I look it up.\n\nget_weather\n{}', [text('I look it up.'), call('get_weather', {})]],
    ['two lines', 'get\n{"a": 1}\nread_file\n{"b": [1, {"c": "}"}]}', [call('get', { a: 1 }), call('read_file', { b: [1, { c: '}' }] })]],
    ['two without a break between', 'get\n{"a": 1}get_weather\n{}', [call('get', { a: 1 }), call('get_weather', {})]],
    ['text behind one', 'get\n{}\nDone.', [call('get', {}), text('Done.')]],
    ['arguments over lines', 'get \r\n\n{\n  "a": "say \\"}\\""\n}', [call('get', { a: 'say "}"' })]],
    ['line breaks in a string', 'get\n{"code": "a\n\tb"}', [call('get', { code: 'a\n\tb' })]],
    ['no calls: words', 'get\nready', [text('get\nready')]],
    ['no calls: unknown names', 'put\n{"a": 1}', [text('put\n{"a": 1}')]],
    ['no calls: malformed arguments', 'get\n{"a": }', [text('get\n{"a": }')]],
    ['no calls: a list', 'get\n[1]', [text('get\n[1]')]],
    ['no calls: in one line', 'get {"a": 1}', [text('get {"a": 1}')]],
    ['no calls: in a fence', '```\nget\n{"a": 1}\n```', [text('```\nget\n{"a": 1}\n```')]],
    ['no calls: cut off', 'get\n{"a": 1', [text('get\n{"a": 1')]],
    ['a call behind a fence', '```\nx\n```\nget\n{}', [text('```\nx\n```'), call('get', {})]],
  ];
  for (const [name, answer, parts] of cases) it(`finds ${name}`, () => assert.deepEqual(parsed(answer), parts));

  it('are found alike wherever the answer is cut', () => {
    const piece = fc.oneof(
      fc.constantFrom('get', 'get_weather', 'read_file', '\n', '{', '}', '"', '{}', '{"a": 1}', '```', '~~~', ' ', 'x', '\\', ']'),
      fc
        .record({ name: fc.constantFrom(...names), input: fc.dictionary(fc.string(), fc.jsonValue()) })
        .map(({ name, input }) => callText(name, input)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.infiniteStream(fc.integer({ min: 1, max: 4 })), (pieces, lengths) => {
        const answer = pieces.join('');
        assert.deepEqual(
          parsed(answer, () => lengths.next().value as number),
          parsed(answer),
        );
      }),
    );
  });

  it('come back as they were written, whatever their arguments', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), fc.dictionary(fc.string(), fc.jsonValue())), { minLength: 1 }), (calls) => {
        const written = calls.map(([name, input]) => call(name, JSON.parse(JSON.stringify(input)) as object));
        assert.deepEqual(parsed(calls.map(([name, input]) => callText(name, input)).join('\n')), written);
      }),
    );
  });

  it('lose no character of an answer without calls', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('get', '\n', '{', '"', '`', ' ', 'x')), (pieces) => {
        const answer = pieces.join('');
        const parts = parsed(answer, () => 2);
        if (parts.some(({ kind }) => kind === 'call')) return;
        assert.equal(parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''), answer);
      }),
    );
  });

  it('are not looked for where nothing is offered', () => {
    assert.deepEqual(parsed('get\n{}', undefined, []), [text('get\n{}')]);
  });

  it('withhold only what may be a call', () => {
    const parser = new FunctionCallParser(names);
    assert.deepEqual(parser.push('The '), [text('The')]);
    assert.deepEqual(parser.push('get\n'), [text(' get')]);
    assert.deepEqual(parser.push('ge'), []);
    assert.deepEqual(parser.push('ar'), [text('\ngear')]);
  });
});
