#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Writes tests/fixtures/pricing/genai_prices_<version>_sweep.tsv: what @pydantic/genai-prices itself says for
// every name its lists spell out, three usages each, so that our matcher and pricer can be held against it.
//   node packaging/prices/derive_sweep.mjs package
import fs from 'node:fs';
import path from 'node:path';
import url from 'node:url';

const [packageDir] = process.argv.slice(2);
if (!packageDir) {
  console.error('usage: derive_sweep.mjs UNPACKED_PACKAGE_DIR');
  process.exit(2);
}
const repo = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), '../..');
const { calcPrice } = await import(url.pathToFileURL(path.resolve(packageDir, 'dist/index.js')));
const version = JSON.parse(fs.readFileSync(path.join(packageDir, 'package.json'), 'utf8')).version;
const source = fs.readFileSync(path.join(packageDir, 'dist/index.js'), 'utf8');
const providers = (0, eval)(source.slice(source.indexOf('['), source.indexOf('\n], J = {') + 2));

const timestamp = new Date('2026-09-01T12:00:00Z');
const usages = [
  { input_tokens: 10000, output_tokens: 1000 },
  { input_tokens: 300000, cache_read_tokens: 100000, output_tokens: 5000 },
  { input_tokens: 100000, cache_read_tokens: 50000, cache_write_tokens: 20000, output_tokens: 2000 },
];
function literalNames(clause) {
  if (clause.equals) return [clause.equals];
  if (clause.starts_with) return [clause.starts_with, `${clause.starts_with}-20250101`];
  return [...(clause.or ?? []), ...(clause.and ?? [])].flatMap(literalNames);
}
const lines = ['# provider\tmodel\tpico-USD of usage 1, 2, 3 at 2026-09-01T12:00:00Z (see derive_sweep.mjs)'];
for (const provider of providers) {
  const names = new Set(provider.models.flatMap((model) => [model.id, ...literalNames(model.match)]));
  for (const name of names) {
    const results = usages.map((usage) => calcPrice(usage, name, { providerId: provider.id, timestamp }));
    if (results.some((result) => result === null)) continue;
    const price = results[0].model_price;
    // Ours are unpriced where a list has no rate for a class that was used; theirs count it as nothing.
    if (price.input_mtok === undefined || price.output_mtok === undefined) continue;
    lines.push([provider.id, name, ...results.map((result) => Math.round(result.total_price * 1e12))].join('\t'));
  }
}
const file = path.join(repo, `tests/fixtures/pricing/genai_prices_${version}_sweep.tsv`);
fs.writeFileSync(file, `${lines.join('\n')}\n`);
console.log(`${lines.length - 1} names -> ${path.relative(repo, file)}`);
