// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/scan.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "core/formats/wholeline.h"
#include "core/sources/file_reader.h"

namespace flyball {

namespace {

constexpr std::size_t kBatchFacts = 512; ///< before a batch is merged: few enough to be warm, enough for one lock
constexpr std::size_t kMostFacts = 8192; ///< before a decoder waits for its turn: bounds what is held back

/// A file, or a piece of one.
struct Job {
    const ScanTarget *target = nullptr;
    FilePiece piece;
    bool whole = true;
};

/// The one collator behind several decoders. Each merges what it has read itself: the facts are still in its caches,
/// and nobody has to be woken for them.
class SharedCollator {
public:
    explicit SharedCollator(Collator &collator) : m_collator(collator) {}
    /// Empties the batch, which keeps its memory. Unless it `must`, leaves it alone while another one merges:
    /// reading on is cheaper than being put to sleep.
    void merge(FactBatch &batch, bool must)
    {
        std::unique_lock lock(m_mutex, std::try_to_lock);
        if (!lock && !must)
            return;
        if (!lock)
            lock.lock();
        m_collator.add(batch);
        lock.unlock();
        batch.clear();
    }

private:
    std::mutex m_mutex;
    Collator &m_collator;
};

class Decoder {
public:
    Decoder(SymbolTable &symbols, SharedCollator &collator)
        : m_cache(symbols), m_collator(collator), m_reader(options())
    {}

    /// Merges what is left: small files share a batch.
    void flush() { m_collator.merge(m_batch, true); }

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
            const std::size_t facts = m_batch.size();
            if (facts >= kBatchFacts)
                m_collator.merge(m_batch, facts >= kMostFacts);
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
        options.markers = false;
        return options;
    }

    /// A file may end without a line end (a saved request body): its last line counts if it is whole,
    /// and is left alone if somebody is still writing it.
    static std::string_view completeLines(std::string_view bytes)
    {
        const std::size_t newline = bytes.rfind('\n');
        const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
        return isWholeObject(bytes.substr(start)) ? bytes : bytes.substr(0, start);
    }

    SymbolCache m_cache;
    SharedCollator &m_collator;
    FactBatch m_batch;
    FileReader m_reader;
};

/// Large files first, cut into pieces where the format has no state between lines.
std::vector<Job> planJobs(const std::vector<ScanTarget> &targets, std::int64_t pieceBytes)
{
    std::vector<Job> jobs;
    for (const ScanTarget &target : targets) {
        if (target.format->splittable && target.file.size > pieceBytes) {
            auto pieces = splitFile(target.file.path, target.file.size, pieceBytes);
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
    SharedCollator shared(collator);
    std::atomic<std::size_t> nextJob{0};
    std::mutex errorMutex;
    std::vector<Error> errors;
    const auto work = [&] {
        Decoder decoder(collator.symbols(), shared);
        for (std::size_t i = nextJob++; i < jobs.size(); i = nextJob++) {
            const Result<> done = decoder.run(jobs[i]);
            if (!done) {
                const std::lock_guard lock(errorMutex);
                errors.push_back(done.error());
            }
        }
        decoder.flush();
    };
    std::vector<std::thread> workers;
    for (std::size_t t = 1; t < threads; ++t)
        workers.emplace_back(work);
    work();
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
