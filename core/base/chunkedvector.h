// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <type_traits>
#include <vector>

namespace flyball {

/// A vector of plain values that grows by chunks: nothing is ever moved, references stay good until clear(), and
/// growing costs one allocation per chunk (std::deque makes one per 512 bytes). All but
/// the first lie on huge pages, which a store of millions fills much faster.
template <typename T, unsigned Bits = 14>
class ChunkedVector {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    static constexpr std::size_t kChunk = std::size_t{1} << Bits;

    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    [[nodiscard]] T &operator[](std::size_t at) { return m_chunks[at >> Bits].get()[at & (kChunk - 1)]; }
    [[nodiscard]] const T &operator[](std::size_t at) const { return m_chunks[at >> Bits].get()[at & (kChunk - 1)]; }
    /// A new member, value-initialised.
    T &grow()
    {
        if (m_size == m_chunks.size() << Bits)
            m_chunks.push_back(allocate());
        return *new (&(*this)[m_size++]) T{};
    }
    void clear()
    {
        m_chunks.clear();
        m_size = 0;
    }

private:
    struct Free {
        void operator()(T *chunk) const { std::free(chunk); } // NOLINT: from aligned_alloc
    };
    using Chunk = std::unique_ptr<T[], Free>;

    /// Pages are only taken when they are first written, so a chunk costs what is used of it.
    [[nodiscard]] Chunk allocate() const
    {
        constexpr std::size_t kHugePage = std::size_t{2} << 20;
        constexpr std::size_t bytes = (kChunk * sizeof(T) + kHugePage - 1) & ~(kHugePage - 1);
        void *memory = std::aligned_alloc(kHugePage, bytes);
        if (!memory)
            throw std::bad_alloc();
        if (!m_chunks.empty()) // the first one stays on small pages: most stores never need a second
            ::madvise(memory, bytes, MADV_HUGEPAGE);
        return Chunk(static_cast<T *>(memory));
    }

    std::vector<Chunk> m_chunks;
    std::size_t m_size = 0;
};

} // namespace flyball
