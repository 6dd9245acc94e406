/** Handlers of a small service. Lines that an expert would flag carry "hot:". */
import type { Request, Response, NextFunction } from 'express';
import { z } from 'zod';

const limits: Record<string, number> = { free: 10, paid: 1000 };

export function authenticate(req: Request, res: Response, next: NextFunction): void {
  const open = new Set(['/health', '/login', '/metrics']); // hot: constants for each request
  const path = req.url.split('?')[0]!; // hot: all parts for the first
  if (open.has(path)) return next();
  const token = req.headers.authorization?.split(' ')[1]; // hot: all parts for one
  if (!token) {
    res.status(401).end();
    return;
  }
  next();
}

export async function createOrder(req: Request, res: Response): Promise<void> {
  const schema = z.object({ id: z.string(), amount: z.number() }); // hot: a schema for each request
  const order = schema.parse(req.body);
  const price = new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' }).format(order.amount); // hot: a formatter for each request
  const copy = JSON.parse(JSON.stringify(order)) as typeof order; // hot: text in between
  res.json({ ...copy, price });
}

export function query(req: Request, res: Response): void {
  const allowed: readonly string[] = ['name', 'age', 'city'];
  const given = Object.fromEntries(Object.entries(req.query).filter(([key]) => allowed.includes(key))); // hot: pairs and lists of pairs
  if (Object.keys(given).length === 0) { // hot: all keys to know that there is one
    res.status(400).end();
    return;
  }
  const limit = limits[String(given['plan'])] ?? 10;
  res.json({ given, limit });
}

export function readBody(req: Request, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let body = Buffer.alloc(0);
    req.on('data', (chunk: Buffer) => {
      body = Buffer.concat([body, chunk]); // hot: quadratic
      if (body.length > limit) reject(new Error('too large'));
    });
    req.on('end', () => resolve(body));
  });
}
