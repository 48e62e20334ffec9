// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/scan.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/base/jsoncursor.h"
#include "core/sources/file_reader.h"

namespace flyball {

namespace {

constexpr std::size_t kMaxWaiting = 32;   ///< batches decoded ahead of the merge
constexpr std::size_t kBatchFacts = 1024; ///< before a batch is handed over: still warm there, yet worth a waking

/// A file, or a piece of one.
struct Job {
    const ScanTarget *target = nullptr;
    FilePiece piece;
    bool whole = true;
};

/// Batches on their way from the decoders to the one thread that merges.
class BatchQueue {
public:
    void push(FactBatch batch)
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [&] { return m_batches.size() < kMaxWaiting; });
        m_batches.push_back(std::move(batch));
        m_filled.notify_one();
    }
    bool pop(FactBatch &batch)
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait(lock, [&] { return !m_batches.empty() || m_producers == 0; });
        if (m_batches.empty())
            return false;
        batch = std::move(m_batches.front());
        m_batches.pop_front();
        m_room.notify_one();
        return true;
    }
    /// An empty batch, if possible with memory that was used before: fresh pages cost more than filling them.
    FactBatch fresh()
    {
        const std::lock_guard lock(m_mutex);
        if (m_free.empty())
            return {};
        FactBatch batch = std::move(m_free.back());
        m_free.pop_back();
        return batch;
    }
    void giveBack(FactBatch batch)
    {
        batch.clear();
        const std::lock_guard lock(m_mutex);
        m_free.push_back(std::move(batch));
    }
    void setProducers(unsigned count) { m_producers = count; }
    void producerDone()
    {
        const std::lock_guard lock(m_mutex);
        --m_producers;
        m_filled.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_filled, m_room;
    std::deque<FactBatch> m_batches;
    std::vector<FactBatch> m_free;
    unsigned m_producers = 0;
};

class Decoder {
public:
    Decoder(SymbolTable &symbols, BatchQueue &queue) : m_cache(symbols), m_queue(queue), m_reader(options()) {}

    /// Hands over what is left. Small files share a batch: waking the other thread for each costs more than they do.
    void flush() { m_queue.push(std::move(m_batch)); }

    Result<> run(const Job &job)
    {
        ReaderContext context;
        context.symbols = &m_cache;
        context.source = job.target->source;
        context.path = job.target->file.path;
        context.arrival = wallClockNow();
        context.keepRequests = false;
        const auto reader = job.target->format->makeReader(context);
        const Symbol path = m_cache.intern(context.path);
        const ChunkSink sink = [&](const Chunk &chunk) {
            reader->read(chunk.unterminated ? completeLines(chunk.bytes) : chunk.bytes, chunk.begin, m_batch);
            if (m_batch.calls.size() + m_batch.spans.size() >= kBatchFacts) {
                m_queue.push(std::move(m_batch));
                m_batch = m_queue.fresh();
            }
        };
        const RejectSink rejects = [&](const Reject &reject) {
            m_batch.rejects.push_back({m_cache.intern(reject.reason), path, reject.offset, reject.length});
        };
        const Result<ReadOutcome> outcome = job.whole ? m_reader.read(context.path, sink, rejects)
                                                      : m_reader.readPiece(context.path, job.piece, sink, rejects);
        if (!outcome)
            return outcome.error();
        return {};
    }

private:
    static FileReader::Options options()
    {
        FileReader::Options options;
        options.handOverUnterminated = true;
        return options;
    }

    /// A file may end without a line end (a saved request body): its last line counts if it is whole,
    /// and is left alone if somebody is still writing it.
    static std::string_view completeLines(std::string_view bytes)
    {
        const std::size_t newline = bytes.rfind('\n');
        const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
        JsonCursor last(bytes.substr(start));
        return last.peek() == '{' && last.skipValue() && last.atEnd() ? bytes : bytes.substr(0, start);
    }

    SymbolCache m_cache;
    BatchQueue &m_queue;
    FactBatch m_batch;
    FileReader m_reader;
};

/// Large files first, cut into pieces where the format has no state between lines.
std::vector<Job> planJobs(const std::vector<ScanTarget> &targets, std::int64_t pieceBytes)
{
    std::vector<Job> jobs;
    for (const ScanTarget &target : targets) {
        if (target.format->splittable && target.file.size > pieceBytes) {
            auto pieces = splitAtLines(target.file.path, target.file.size, pieceBytes);
            if (pieces && pieces->size() > 1) {
                for (const FilePiece &piece : *pieces)
                    jobs.push_back({&target, piece, false});
                continue;
            }
        }
        jobs.push_back({&target, {}, true});
    }
    std::stable_sort(jobs.begin(), jobs.end(), [](const Job &a, const Job &b) {
        const auto size = [](const Job &j) { return j.whole ? j.target->file.size : j.piece.end - j.piece.begin; };
        return size(a) > size(b);
    });
    return jobs;
}

} // namespace

Result<> scan(const std::vector<ScanTarget> &targets, const ScanOptions &options, Collator &collator,
              std::vector<std::string> *unreadable)
{
    const std::vector<Job> jobs = planJobs(targets, options.pieceBytes);
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const auto threads =
        std::max<std::size_t>(1, std::min<std::size_t>(options.threads != 0 ? options.threads : cores, jobs.size()));
    BatchQueue queue;
    queue.setProducers(static_cast<unsigned>(threads));
    std::atomic<std::size_t> nextJob{0};
    std::mutex errorMutex;
    std::vector<Error> errors;
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t)
        workers.emplace_back([&] {
            Decoder decoder(collator.symbols(), queue);
            for (std::size_t i = nextJob++; i < jobs.size(); i = nextJob++) {
                const Result<> done = decoder.run(jobs[i]);
                if (!done) {
                    const std::lock_guard lock(errorMutex);
                    errors.push_back(done.error());
                }
            }
            decoder.flush();
            queue.producerDone();
        });
    FactBatch batch;
    while (queue.pop(batch)) {
        collator.add(batch);
        queue.giveBack(std::move(batch));
    }
    for (std::thread &worker : workers)
        worker.join();
    if (errors.empty())
        return {};
    std::sort(errors.begin(), errors.end(), [](const Error &a, const Error &b) { return a.message < b.message; });
    if (!unreadable)
        return errors.front();
    for (const Error &error : errors)
        unreadable->push_back(error.message);
    return {};
}

} // namespace flyball
