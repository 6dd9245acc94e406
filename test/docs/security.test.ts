import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { restrictedSettings } from '../../server/src/service/settings';
import { inRepository } from '../support/repository';

const read = (name: string): string => readFileSync(inRepository(name), 'utf8');
const page = read('SECURITY.md');
/** Rows of the tables, without headings. */
const promises = page
  .split('\n')
  .filter((line) => /^\| (?!Promise|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('SECURITY.md', () => {
  it('promises something, each promise with the tests that hold it', () => {
    assert.ok(promises.length >= 15, `${promises.length} promises`);
    for (const [, promise, tests] of promises) assert.match(tests!, /`test\/[^`]+\.ts`/, promise);
  });

  it('names tests that exist and test something', () => {
    for (const [, promise, tests] of promises) {
      for (const [, file] of tests!.matchAll(/`([^`]+)`/g)) {
        assert.ok(existsSync(inRepository(file!)), `${file} of “${promise}” does not exist`);
        assert.match(read(file!), /\b(?:it|test)\(/, file);
      }
    }
  });

  it('names every setting that chooses programs, and so does the README', () => {
    for (const name of restrictedSettings()) {
      assert.ok(page.includes(`\`${name}\``), `SECURITY.md does not name ${name}`);
      const section = read('README.md').split('## What runs on your machine')[1]!.split('\n## ')[0]!;
      assert.ok(section.includes(`\`${name}\``), `README.md does not say what ${name} may run`);
    }
  });

  it('is linked from the README', () => {
    assert.match(read('README.md'), /\]\(SECURITY\.md\)/);
  });
});
