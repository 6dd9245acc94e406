// Serves the articles of a small shop over HTTP: the twin of the Go service beside it.
import { createServer } from 'node:http';
import { Catalogue } from './server.ts';
import { Store } from './store.ts';

const catalogue = new Catalogue(new Store(500), (line) => process.stdout.write(line));
const port = Number(process.env['PORT'] ?? 8080);

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const answer = catalogue.answer({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    });
    response.writeHead(answer.status, { 'content-type': answer.type, etag: answer.etag });
    response.end(answer.body);
  });
}).listen(port, () => console.log(`http://localhost:${port}/articles`));
