// SPDX-License-Identifier: GPL-3.0-or-later
// count.mjs json|protobuf URL delta|cumulative SEED: counts tokens and money as an instrumentation does, until it is
// killed in the middle of its work, by itself, when an export has just been taken. Says then what exports it knows to
// have been taken amount to.
import { writeSync } from 'node:fs';
import { AggregationTemporalityPreference as Preference, OTLPMetricExporter as Json }
    from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as Protobuf } from '@opentelemetry/exporter-metrics-otlp-proto';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

const [form, url, kind, seed] = process.argv.slice(2);
const delta = kind === 'delta';
const exporter = new (form === 'json' ? Json : Protobuf)({
    url: `${url}/v1/metrics`,
    timeoutMillis: 60000,
    temporalityPreference: delta ? Preference.DELTA : Preference.CUMULATIVE,
});
const kMoney = 1024; // sums of such parts are exact in binary and in decimals
const told = { in: 0, out: 0, money: 0, exports: 0, lost: 0 };

function note(metrics) {
    const sums = { in: 0, out: 0, money: 0 };
    for (const metric of metrics.scopeMetrics.flatMap((scope) => scope.metrics))
        for (const { attributes, value } of metric.dataPoints) {
            const type = attributes['gen_ai.token.type'];
            if (type === undefined) sums.money += value * kMoney;
            else sums[type === 'input' ? 'in' : 'out'] += value.sum;
        }
    for (const [name, sum] of Object.entries(sums)) told[name] = delta ? told[name] + sum : sum;
}

/// One export after the other: a periodic reader gives up waiting, and nobody knows then what was taken.
class Reader extends MetricReader {
    constructor() {
        super({ aggregationTemporalitySelector: (type) => exporter.selectAggregationTemporality(type) });
    }
    onForceFlush() { return Promise.resolve(); }
    onShutdown() { return Promise.resolve(); }
    async export() {
        const { resourceMetrics } = await this.collect();
        const result = await new Promise((done) => exporter.export(resourceMetrics, done));
        ++told[result.code === 0 ? 'exports' : 'lost'];
        if (result.code === 0) note(resourceMetrics);
    }
}

const reader = new Reader();
const meter = new MeterProvider({ readers: [reader] }).getMeter('flyball-test');
const tokens = meter.createHistogram('gen_ai.client.token.usage', { unit: '{token}' });
const money = meter.createCounter('gen_ai.usage.cost', { unit: 'USD' });
let random = Number(seed);
const below = (n) => (random = (random * 48271) % 2147483647) % n;
async function work() {
    for (;;) {
        const names = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': below(2) ? 'gpt-4o' : 'gpt-5' };
        tokens.record(below(5000), { ...names, 'gen_ai.token.type': 'input' });
        tokens.record(below(500), { ...names, 'gen_ai.token.type': 'output' });
        money.add((1 + below(9)) / kMoney, names);
        await new Promise((done) => setTimeout(done, below(20)));
    }
}
void work();
while (told.exports < 14 && told.lost === 0) {
    await new Promise((done) => setTimeout(done, 100));
    await reader.export();
}
writeSync(1, JSON.stringify(told));
process.kill(process.pid, 'SIGKILL');
