import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { LemmaFailure } from '../../src/core/errors.ts';
import { BusyError, PassingError, StaleAddress, StartOver, readAnswer } from '../../src/host/download/answers.ts';
import type { StreamPiece } from '../../src/host/remote/serverHttp.ts';
import { readPieces } from '../../src/host/remote/serverHttp.ts';

/** The bytes in pieces, cut where the numbers say. */
async function* cut(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...cuts.map((each) => each % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
  for (const [index, end] of places.entries()) {
    await Promise.resolve();
    if (index > 0) yield bytes.subarray(places[index - 1], end);
  }
}

async function piecesOf(bytes: Buffer, cuts: readonly number[]): Promise<StreamPiece[]> {
  const pieces: StreamPiece[] = [];
  for await (const some of readPieces(cut(bytes, cuts))) pieces.push(...some);
  return pieces;
}

describe('The events of a server', () => {
  const cuts = fc.array(fc.nat());
  const line = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n\0\ufeff]/g, ''));

  it('are the same wherever the bytes are cut, inside characters and line ends too', async () => {
    const event = fc.record({ data: fc.array(line, { minLength: 1, maxLength: 3 }), end: fc.constantFrom('\n', '\r\n') });
    await fc.assert(
      fc.asyncProperty(fc.array(event), cuts, async (events, at) => {
        const text = events.map(({ data, end }) => data.map((each) => `data: ${each}${end}`).join('') + end).join('');
        assert.deepEqual(
          await piecesOf(Buffer.from(text), at),
          events.map(({ data }) => ({ data: Buffer.from(data.join('\n')).toString() })),
        );
      }),
    );
  });

  it('end without an error whatever bytes come, and the same wherever they are cut', async () => {
    const piece = fc.oneof(
      fc
        .constantFrom('data', ': ', '\n', '\r\n', '\n\n', 'event: x', 'retry: 9e9', 'id: \0', 'error: {}', '[DONE]', '\ufeff')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece), cuts, async (parts, at) => {
        const bytes = Buffer.concat(parts);
        assert.deepEqual(await piecesOf(bytes, at), await piecesOf(bytes, []));
      }),
    );
  });
});

describe('The head of a download’s answer', () => {
  const number = fc.oneof(fc.nat().map(String), fc.constantFrom('', '-1', '1e3', '9'.repeat(30), '0x10', ' 7', 'NaN'));
  const headers = fc.record(
    {
      'content-range': fc.oneof(
        fc.tuple(number, number, fc.oneof(number, fc.constant('*'))).map(([start, end, total]) => `bytes ${start}-${end}/${total}`),
        fc.string(),
      ),
      'content-length': number,
      'content-type': fc.oneof(fc.constantFrom('text/html', 'application/octet-stream'), fc.string()),
      'content-encoding': fc.constantFrom('identity', 'gzip', ''),
      'retry-after': fc.oneof(number, fc.string()),
      etag: fc.string(),
      'last-modified': fc.string(),
    },
    { requiredKeys: [] },
  );
  const statusCode = fc.oneof(fc.constantFrom(200, 206, 401, 404, 416, 429, 503), fc.integer({ min: 0, max: 999 }));
  const pathname = fc.oneof(fc.constantFrom('/a/%zz', '/%', '/..%2f..%2fx', '/a%00b'), fc.webPath());

  it('is a body that begins where it was asked for, or a failure that has a name, whatever a server says', () => {
    fc.assert(
      fc.property(statusCode, headers, pathname, fc.nat(), fc.boolean(), (status, told, path, start, direct) => {
        const opened = {
          answer: { statusCode: status, headers: told } as unknown as IncomingMessage,
          url: `https://hub.example${path}`,
          linked: {},
          withToken: false,
        };
        try {
          const body = readAnswer(opened, start, direct);
          assert.ok(body.start === undefined ? status === 200 : body.start === start, `${body.start} for ${start}`);
          const { bytes } = body.identity;
          assert.ok(bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0), `${bytes} bytes`);
        } catch (error) {
          const named = [LemmaFailure, PassingError, BusyError, StaleAddress, StartOver].some((kind) => error instanceof kind);
          if (!named) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
