// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/browse/rawfile.h"

#include <algorithm>
#include <deque>

#include "core/engine/scan.h"
#include "core/formats/lines.h"
#include "core/formats/wholeline.h"
#include "core/gateways/browse/rawrecord.h"
#include "core/sources/file_form.h"
#include "core/sources/file_reader.h"
#include "core/sources/posix_file.h"

#include <sys/stat.h>

namespace flyball {

namespace {

struct Enough {};

/// Reads one file and keeps what its last records are.
class Tail {
public:
    Tail(const ScanTarget &target, SymbolTable &symbols) : m_target(target), m_cache(symbols)
    {
        ReaderContext context;
        context.symbols = &m_cache;
        context.source = target.source;
        context.path = target.file.path;
        context.arrival = wallClockNow();
        m_reader = target.format->makeReader(context);
    }

    [[nodiscard]] Result<> read();
    void fill(RawPageMaker &page);

private:
    struct Seen {
        std::int64_t at = 0;
        std::size_t size = 0;
        std::string fields;
        RawMeaning meaning;
    };
    void take(const Chunk &chunk);
    void take(std::string_view record, std::int64_t at);
    void push(Seen seen);
    /// Behind a line end, so that at most kMostRawTail are left; 0 for a short file.
    [[nodiscard]] std::int64_t beginOfTail(int fd, std::int64_t size) const;

    const ScanTarget &m_target;
    SymbolCache m_cache;
    std::unique_ptr<LineReader> m_reader;
    FactBatch m_batch;
    std::deque<Seen> m_last;
    std::int64_t m_count = 0;
    std::int64_t m_bytes = 0;
    std::int64_t m_begin = 0;
    bool m_whole = true; ///< of its end
};

std::int64_t Tail::beginOfTail(int fd, std::int64_t size) const
{
    std::int64_t at = std::max<std::int64_t>(0, size - kMostRawTail);
    std::string block(std::size_t{64} << 10U, '\0');
    while (at > 0 && at < size) {
        const ssize_t n = readAtOnce(fd, block.data(), block.size(), at);
        if (n <= 0)
            return 0;
        const std::size_t end = std::string_view(block.data(), static_cast<std::size_t>(n)).find('\n');
        if (end != std::string_view::npos)
            return at + static_cast<std::int64_t>(end) + 1;
        at += n;
    }
    return at;
}

Result<> Tail::read()
{
    struct stat status {};
    int error = 0;
    const UniqueFd file = openRegular(m_target.file.path, status, error);
    if (!file)
        return fileError(error, m_target.file.path);
    FileReader::Options options;
    options.handOverUnterminated = true;
    options.markers = false;
    FileReader reader(options);
    const ChunkSink sink = [this](const Chunk &chunk) { take(chunk); };
    const RejectSink rejects = [this](const Reject &reject) {
        push({reject.offset, static_cast<std::size_t>(reject.length), {}, {"refused: " + reject.reason, RawTone::Bad}});
    };
    Result<ReadOutcome> done = ReadOutcome{};
    try {
        if (formOf(file.get()) == FileForm::Plain) {
            m_begin = beginOfTail(file.get(), status.st_size);
            done = reader.readPiece(m_target.file.path, {m_begin, status.st_size}, sink, rejects);
        } else {
            done = reader.read(m_target.file.path, sink, rejects);
        }
    } catch (const Enough &) {
        m_whole = false;
    }
    return done ? Result<>() : Result<>(done.error());
}

void Tail::take(const Chunk &chunk)
{
    m_bytes += static_cast<std::int64_t>(chunk.bytes.size());
    if (chunk.record) {
        take(chunk.bytes, chunk.begin);
    } else {
        std::string_view rest = chunk.bytes;
        for (std::int64_t at = chunk.begin; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
            take(rest.substr(0, end), at);
            at += static_cast<std::int64_t>(end);
            rest.remove_prefix(end);
        }
    }
    if (m_bytes > kMostRawWhole)
        throw Enough{};
}

void Tail::take(std::string_view record, std::int64_t at)
{
    m_batch.clear();
    m_reader->read(record, at, m_batch);
    while (!record.empty() && (record.back() == '\n' || record.back() == '\r'))
        record.remove_suffix(1);
    if (record.empty() && m_batch.size() == 0)
        return;
    push({at, record.size(), fieldsOf(record), meaningOf(m_batch, m_cache.table())});
}

void Tail::push(Seen seen)
{
    ++m_count;
    m_last.push_back(std::move(seen));
    if (m_last.size() > kMostRawRecords)
        m_last.pop_front();
}

void Tail::fill(RawPageMaker &page)
{
    for (auto seen = m_last.rbegin(); seen != m_last.rend(); ++seen)
        page.add({std::to_string(seen->at), std::to_string(seen->size), std::move(seen->fields)},
                 std::move(seen->meaning.text), seen->meaning.tone);
    page.read(static_cast<std::size_t>(m_bytes));
    if (m_count > static_cast<std::int64_t>(m_last.size()) || m_begin > 0)
        page.note("the last " + std::to_string(m_last.size()) + " records of the file, the newest first");
    if (m_begin > 0)
        page.note("read from byte " + std::to_string(m_begin) + " on: what stands before may say more of them");
    if (!m_whole)
        page.note("a packed file is read from its start: the first " + std::to_string(kMostRawWhole >> 20U)
                  + " MiB of this one, not its end");
}

} // namespace

Result<RawPage> browseFiles(const SourceConfig &config)
{
    SymbolTable symbols; // of its own: what is looked at is not to stay in memory
    std::int64_t skipped = 0;
    SourceSpec spec;
    spec.kind = config.kind;
    spec.target = config.target;
    if (spec.kind.empty() || spec.target.empty()) {
        auto parsed = parseSource(config.target);
        if (!parsed)
            return parsed.error();
        spec = std::move(*parsed);
    }
    const auto targets = findTargets(spec, symbols, skipped);
    if (!targets)
        return targets.error();
    const auto newest =
        std::max_element(targets->begin(), targets->end(),
                         [](const ScanTarget &a, const ScanTarget &b) { return a.file.mtimeNs < b.file.mtimeNs; });
    RawPageMaker page({"Offset", "Bytes", "Fields"});
    if (newest == targets->end()) {
        page.note("no file of a known format is there");
        return page.finish();
    }
    Tail tail(*newest, symbols);
    if (const Result<> read = tail.read(); !read)
        return read.error();
    page.note((targets->size() > 1 ? "the newest of " + std::to_string(targets->size()) + " files: " : "")
              + newest->file.path);
    tail.fill(page);
    return page.finish();
}

} // namespace flyball
