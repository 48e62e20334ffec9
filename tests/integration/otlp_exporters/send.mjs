// SPDX-License-Identifier: GPL-3.0-or-later
// send.mjs json|protobuf URL SPANS: exports that many spans as an application does, and prints what its exporter says.
import { SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter as Json } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as Protobuf } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const [form, url, spans] = process.argv.slice(2);
const batch = 128;
const exporter = new (form === 'json' ? Json : Protobuf)({ url: `${url}/v1/traces`, timeoutMillis: 60000 });
const told = { taken: 0, lost: 0 };
const counted = {
    export(batch, done) {
        exporter.export(batch, (result) => {
            told[result.code === 0 ? 'taken' : 'lost'] += batch.length;
            done(result);
        });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
};
const processor = new BatchSpanProcessor(counted, {
    maxQueueSize: 2 * Number(spans),
    maxExportBatchSize: batch,
    scheduledDelayMillis: 50,
    exportTimeoutMillis: 60000,
});
const provider = new BasicTracerProvider({ spanProcessors: [processor] });
const tracer = provider.getTracer('flyball-test');
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
for (let i = 0; i < Number(spans); ++i) {
    tracer.startSpan('chat', { kind: SpanKind.CLIENT, attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 1000 + i,
        'gen_ai.usage.output_tokens': 10,
    } }).end();
    if (i % 200 === 199) await pause(40);
}
// A flush would send all that is left at once, more than an exporter lets out together.
while (told.taken + told.lost < Number(spans) - batch) await pause(50);
await provider.forceFlush();
await provider.shutdown();
console.log(JSON.stringify(told));
