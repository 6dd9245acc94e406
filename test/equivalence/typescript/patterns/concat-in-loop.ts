import type { Core, Input, Pen } from '../pen';
import type { Pattern } from '../program';

/** `buffer = Buffer.concat([buffer, chunk])` in the handlers of a stream. */
export const concatInLoop: readonly Pattern[] = [{ suggestions: true, globals: ['Buffer'], write: stream }];

const emitter = '{ on(event: string, listen: (chunk: Buffer) => void): void }';
const streams = (pen: Pen): Input =>
  pen.input('stream', emitter, () => {
    const chunks = Array.from({ length: pen.one(0, 1, 3) }, () => `listen(Buffer.from(${pen.text()}));`);
    return `{ on(event, listen) { if (event === 'data') { ${chunks.join(' ')} } else listen(Buffer.alloc(0)); } }`;
  });

/** "if no chunk is written to again before that": none is. */
function stream(pen: Pen): Core {
  const chunk = pen.one(
    'chunk',
    'chunk',
    'chunk, Buffer.from([0])',
    'chunk.subarray(1)',
    'Buffer.from(chunk)',
  );
  const add = `received = Buffer.concat([received, ${chunk}]);`;
  const between = (): string => pen.between(['chunk.length > 1'], { nested: true });
  return {
    inputs: [streams(pen)],
    body: `const done: unknown[] = [];
      let received${pen.one('', ': Buffer')} = ${pen.one('Buffer.alloc(0)', "Buffer.from('')")};
      ${pen.between([])}
      stream.on('data', (chunk) => ${pen.chance(0.3) ? add.slice(0, -1) : `{\n${between()}\n${add}\n${between()}\n}`});
      ${pen.between([])}
      stream.on('end', () => {\ndone.push(${pen.one('received', 'received.length', "received.toString('hex')")});\n});`,
    result: 'done',
  };
}
