import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { malformed } from './upstream-error.js';

/**
 * The body as text, decompressed as far as the limit allows: a small answer can be made to swell without end.
 * @throws UpstreamError MALFORMED for one that is too large, cannot be decompressed, or is no UTF-8.
 */
export async function readBody(body: Readable, encoding: string | undefined, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let plain = body;
  let bytes = 0;
  try {
    plain = decompressed(body, encoding);
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw malformed(`The source's answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return decoder.decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof TypeError) throw malformed("The source's answer is no UTF-8", error);
    throw error;
  } finally {
    plain.destroy();
    body.destroy();
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

const decompressors = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['br', createBrotliDecompress],
]);

function decompressed(body: Readable, encoding: string | undefined): Readable {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body;
  const decompressor = decompressors.get(encoding.toLowerCase());
  if (!decompressor) throw malformed('The source compresses its answers in a way that was not asked for');
  const plain = decompressor();
  // What breaks off must break off for the reader, too: `pipe` alone would leave it waiting.
  body.on('error', (error) => plain.destroy(error));
  return body.pipe(plain);
}
