// Sends the requests of an ordinary day through the handlers: `node load.ts 3300`.
import { Catalogue, type Request } from './server.ts';
import { Store } from './store.ts';

const headers = { 'user-agent': 'load/1.0 (nobody reads the answers)', accept: '*/*' };
const get = (url: string): Request => ({ method: 'GET', url, headers, body: '' });
const post = (url: string, body: string): Request => ({ method: 'POST', url, headers, body });

let prices = '';
for (let id = 1; id <= 100; id++) prices += `${id};1995\n`;

const requests: readonly Request[] = [
  get('/articles?tag=wood'),
  get('/articles/17'),
  get('/articles?tag=sale&limit=100'),
  get('/export.csv'),
  get('/articles/250'),
  post('/orders', '{"lines":[{"article":3,"count":2},{"article":77,"count":1},{"article":8,"count":1}]}'),
  get('/articles?tag=glass&offset=50'),
  post('/prices', prices),
  get('/report'),
  get('/articles?tag=new'),
  get('/articles/4711'),
];

const catalogue = new Catalogue(new Store(500), () => undefined);
const count = Number(process.argv[2] ?? 330);
let bytes = 0;
for (let i = 0; i < count; i++) bytes += catalogue.answer(requests[i % requests.length]!).body.length;
console.log(`${count} requests, ${Math.round(bytes / count)} bytes an answer`);
