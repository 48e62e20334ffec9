#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Derives resources/prices/pricebook.json from an unpacked npm package @pydantic/genai-prices:
//   npm pack @pydantic/genai-prices@0.1.8 && tar xzf pydantic-genai-prices-0.1.8.tgz
//   node packaging/prices/derive_pricebook.mjs package 2026-09-23
// The second argument is the release date of that version (the tarball does not carry it).
import fs from 'node:fs';
import path from 'node:path';
import url from 'node:url';

const [packageDir, releaseDate] = process.argv.slice(2);
if (!packageDir || !/^\d{4}-\d{2}-\d{2}$/.test(releaseDate ?? '')) {
  console.error('usage: derive_pricebook.mjs UNPACKED_PACKAGE_DIR RELEASE_DATE');
  process.exit(2);
}
const repo = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), '../..');
const outDir = path.join(repo, 'resources/prices');
const supplement = JSON.parse(fs.readFileSync(path.join(outDir, 'supplement.json'), 'utf8'));
const manifest = JSON.parse(fs.readFileSync(path.join(packageDir, 'package.json'), 'utf8'));

export function loadProviders(dir) {
  // The package keeps its data private, so we take the first array literal of its bundle.
  const source = fs.readFileSync(path.join(dir, 'dist/index.js'), 'utf8');
  const begin = source.indexOf('[');
  const end = source.indexOf('\n], J = {', begin);
  if (begin < 0 || end < 0)
    throw new Error('dist/index.js: the provider array was not found; the bundle layout changed');
  return (0, eval)(source.slice(begin, end + 2));
}

const kTokenKeys = {
  input_mtok: 'input', output_mtok: 'output', cache_read_mtok: 'cache_read', cache_write_mtok: 'cache_write_5m',
  cache_write_1h_mtok: 'cache_write_1h', input_audio_mtok: 'input_audio', cache_audio_read_mtok: 'cache_read_audio',
  output_audio_mtok: 'output_audio', output_reasoning_mtok: 'output_reasoning',
};
const kFeeKeys = { web_searches_kcount: 'web_search', requests_kcount: 'request' };
const skipped = {};

// Twelve decimals per million tokens = whole 1e-18 USD per token, the unit of core/pricing.
function decimal(number) {
  if (!Number.isFinite(number) || number < 0) throw new Error(`bad price ${number}`);
  const text = number.toFixed(12).replace(/\.?0+$/, '');
  return text === '' ? '0' : text;
}
const scaled = (text, factor) => decimal(Number((Number(text) * factor).toPrecision(15)));

function tierOf(start) {
  return supplement.inclusive_tiers.starts.includes(start) ? { above: start + 1, inclusive: true }
                                                           : { above: start, inclusive: false };
}

function derivedRates(rates, providerId, modelId) {
  const rule = supplement.one_hour_write;
  if (rates.input && rates.cache_write_5m && !rates.cache_write_1h && rule.providers.includes(providerId)
      && modelId.includes(rule.id_contains))
    rates.cache_write_1h = scaled(rates.input, rule.factor);
  if (rates.input && !rates.cache_write_5m && providerId === 'openai' && /^gpt-(5\.[6-9]|[6-9])/.test(modelId))
    rates.cache_write_5m = scaled(rates.input, 1.25);
  return rates;
}

function convertPrice(prices, providerId, modelId) {
  const rates = {}, fees = {}, starts = new Set();
  for (const [key, value] of Object.entries(prices)) {
    if (kFeeKeys[key]) fees[kFeeKeys[key]] = decimal(value);
    else if (!kTokenKeys[key]) skipped[key] = (skipped[key] ?? 0) + 1;
    else if (typeof value === 'number') rates[kTokenKeys[key]] = decimal(value);
    else {
      rates[kTokenKeys[key]] = decimal(value.base);
      value.tiers.forEach((tier) => starts.add(tier.start));
    }
  }
  if (Object.keys(rates).length === 0 && /:free$/.test(modelId)) Object.assign(rates, { input: '0', output: '0' });
  const row = { rates: derivedRates(rates, providerId, modelId) };
  const tiers = [...starts].sort((a, b) => a - b).map((start) => {
    const tierRates = {};
    for (const [key, value] of Object.entries(prices)) {
      if (!kTokenKeys[key]) continue;
      let price = value;
      if (typeof value === 'object') {
        price = value.base;
        for (const tier of value.tiers) if (tier.start <= start) price = tier.price;
      }
      tierRates[kTokenKeys[key]] = decimal(price);
    }
    return { ...tierOf(start), rates: derivedRates(tierRates, providerId, modelId) };
  });
  if (tiers.length) row.tiers = tiers;
  if (Object.keys(fees).length) row.fees = fees;
  return row;
}

// The package lets the last row whose constraint holds win. A time-of-day row after a dated row came
// with that date (peak prices are announced together with the new base), so it inherits it.
function convertRows(model, providerId) {
  if (!Array.isArray(model.prices)) return [convertPrice(model.prices, providerId, model.id)];
  let since;
  return model.prices.map(({ constraint, prices }) => {
    const row = {};
    if (constraint?.type === 'start_date') since = constraint.start_date;
    if (since) row.from = since;
    if (constraint?.type === 'time_of_date')
      row.hours_utc = [constraint.start_time, constraint.end_time].map((t) => t.replace(/:00Z$/, ''));
    return { ...row, ...convertPrice(prices, providerId, model.id) };
  });
}

function convertProvider(provider) {
  const out = { id: provider.id, name: provider.name };
  if (supplement.first_party.includes(provider.id)) out.first_party = true;
  if (provider.provider_match) out.match = provider.provider_match;
  if (provider.model_match) out.model_match = provider.model_match;
  out.api_pattern = provider.api_pattern;
  if (provider.fallback_model_providers) out.fallback = provider.fallback_model_providers;
  out.models = provider.models.map((model) => ({
    id: model.id,
    match: model.match,
    ...(model.context_window ? { context: model.context_window } : {}),
    prices: convertRows(model, provider.id),
  }));
  return out;
}

function withoutNotes(value) {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([k]) => k !== '_about').map(([k, v]) => [k, withoutNotes(v)]));
}

// One model per line keeps a price change a one-line diff.
function write(book) {
  const { providers, ...head } = book;
  const lines = Object.entries(head).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const blocks = providers.map(({ models, ...rest }) => {
    const top = JSON.stringify(rest).slice(0, -1);
    return `${top},"models":[\n${models.map((model) => JSON.stringify(model)).join(',\n')}\n]}`;
  });
  return `{\n${lines.join('\n')}\n"providers": [\n${blocks.join(',\n')}\n]\n}\n`;
}

const extras = withoutNotes(supplement);
const book = {
  format: 'flyball.pricebook/1',
  book: {
    source: `npm ${manifest.name}`, version: manifest.version, date: releaseDate, licence: 'MIT', currency: 'USD',
    notice: 'Copyright (c) Pydantic Services Inc. 2025 to present; MIT licence, see NOTICE-genai-prices.txt',
    unit: 'USD per million tokens; fees in USD per 1,000',
  },
  multipliers: extras.multipliers, fees: extras.fees, provider_aliases: extras.provider_aliases,
  model_prefixes: extras.model_prefixes,
  providers: loadProviders(packageDir).map(convertProvider),
};
fs.writeFileSync(path.join(outDir, 'pricebook.json'), write(book));
const licence = fs.readFileSync(path.join(packageDir, 'LICENSE'), 'utf8');
fs.writeFileSync(path.join(outDir, 'NOTICE-genai-prices.txt'),
  `resources/prices/pricebook.json is derived from the npm package ${manifest.name} ${manifest.version}\n`
  + `(https://github.com/pydantic/genai-prices), released ${releaseDate}, under this licence:\n\n${licence}`);
const models = book.providers.reduce((sum, p) => sum + p.models.length, 0);
console.log(`${book.providers.length} providers, ${models} models; price keys not for tokens, left out: ${JSON.stringify(skipped)}`);
