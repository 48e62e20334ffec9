// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_tail.h"

#include "core/sources/tail_engine.h"

#include <utility>

namespace flyball {

FileTail::FileTail(TailRoots roots, TailOptions options)
    : m_engine(std::make_unique<TailEngine>(std::move(roots), std::move(options)))
{}
FileTail::~FileTail() = default;
FileTail::FileTail(FileTail &&) noexcept = default;
FileTail &FileTail::operator=(FileTail &&) noexcept = default;

void FileTail::restore(std::vector<FilePosition> positions) { m_engine->restore(std::move(positions)); }

PollResult FileTail::poll(std::int64_t budgetBytes, const ChunkSink &sink, const RejectSink &rejects)
{
    return m_engine->poll(budgetBytes, sink, rejects);
}

int FileTail::notifyFd() const { return m_engine->notifyFd(); }
int FileTail::suggestedTimeoutMs() const { return m_engine->suggestedTimeoutMs(); }
TailHealth FileTail::health() const { return m_engine->health(); }

} // namespace flyball
