import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { optionsTable } from './readme.ts';

test("the README's table of settings is the one of the options", () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  assert.ok(readme.includes(optionsTable()), `put this into README.md:\n\n${optionsTable()}`);
});
