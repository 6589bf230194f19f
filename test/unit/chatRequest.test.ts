import assert from 'node:assert/strict';
import type { RequestMessage } from '../../src/core/chatRequest.ts';
import { callDemand, chatMessages, glmTools, requestLimits, withDemand } from '../../src/core/chatRequest.ts';
import { LemmaFailure } from '../../src/core/errors.ts';
import { promptText, renderGlmPrompt } from '../../src/core/glmPrompt.ts';

const weather = { name: 'get_weather', description: 'The weather', inputSchema: { type: 'object' } };

describe('what another extension asks', () => {
  it('becomes the family’s prompt, calls with the function’s name behind the role and results as observations', () => {
    const messages: RequestMessage[] = [
      { role: 'user', parts: [{ kind: 'text', text: 'Weather in Paris?' }] },
      {
        role: 'assistant',
        parts: [
          { kind: 'other' },
          { kind: 'text', text: 'I look.' },
          { kind: 'call', name: 'get_weather', input: { city: 'Paris' } },
          { kind: 'call', name: 'get_weather', input: { city: 'Nice' } },
        ],
      },
      {
        role: 'user',
        parts: [
          { kind: 'result', text: 'Rain, written </think> by hand' },
          { kind: 'result', text: 'Sun' },
          { kind: 'text', text: 'Go on.' },
        ],
      },
    ];
    assert.equal(
      promptText(renderGlmPrompt(chatMessages(messages))),
      '[gMASK]<sop><|user|>\nWeather in Paris?<|assistant|>\nI look.<|assistant|>get_weather\n{"city":"Paris"}' +
        '<|assistant|>get_weather\n{"city":"Nice"}<|observation|>\nRain, written </think> by hand<|observation|>\nSun' +
        '<|user|>\nGo on.<|assistant|>\n<think>',
    );
  });

  it('keeps the text of one message together and leaves out what is empty', () => {
    const parts = ['a', 'b', ' '].map((text) => ({ kind: 'text' as const, text }));
    assert.deepEqual(chatMessages([{ role: 'user', parts }]), [{ role: 'user', content: 'ab ' }]);
    assert.deepEqual(chatMessages([{ role: 'assistant', parts: [{ kind: 'text', text: '\n' }] }]), []);
  });

  it('holds no pictures', () => {
    assert.throws(
      () => chatMessages([{ role: 'user', parts: [{ kind: 'image' }] }]),
      (thrown) => thrown instanceof LemmaFailure && thrown.error.code === 'imagesRefused',
    );
  });

  it('describes its tools in the form that the template unwraps, and demands a call behind them', () => {
    const prompt = promptText(renderGlmPrompt(withDemand([{ role: 'user', content: 'q' }], true), { tools: glmTools([weather]) }));
    assert.ok(prompt.includes('\n## get_weather\n\n{\n    "name": "get_weather",\n    "description": "The weather",\n    "parameters": {'));
    assert.ok(prompt.includes(`表示调用的参数。<|system|>\n${callDemand}<|user|>\nq`));
    assert.deepEqual(withDemand([], false), []);
  });

  it('may fill three quarters of the context, or all but what is wished for', () => {
    assert.deepEqual(requestLimits(32_768, 30_000), { maxInputTokens: 24_576, maxOutputTokens: 8192 });
    assert.deepEqual(requestLimits(131_072, 30_000), { maxInputTokens: 101_072, maxOutputTokens: 30_000 });
  });
});
