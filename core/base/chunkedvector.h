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

/// Memory in whole huge pages; pages are only taken when they are first written. With `huge` set, the kernel hands
/// them over 2 MB at a time, which fills large stores much faster.
[[nodiscard]] inline void *allocatePages(std::size_t bytes, bool huge)
{
    constexpr std::size_t kHugePage = std::size_t{2} << 20;
    bytes = (bytes + kHugePage - 1) & ~(kHugePage - 1);
    void *memory = std::aligned_alloc(kHugePage, bytes);
    if (!memory)
        throw std::bad_alloc();
    if (huge)
        ::madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

/// For tables that may become large: those of 2 MB and more lie on huge pages.
template <typename T>
struct HugeAllocator {
    using value_type = T;
    static constexpr std::size_t kLarge = std::size_t{2} << 20;

    HugeAllocator() = default;
    template <typename Other>
    HugeAllocator(const HugeAllocator<Other> &) // NOLINT: allocators convert
    {}
    [[nodiscard]] T *allocate(std::size_t count)
    {
        const std::size_t bytes = count * sizeof(T);
        void *memory = bytes >= kLarge ? allocatePages(bytes, true) : std::malloc(bytes); // NOLINT: goes to free
        if (!memory)
            throw std::bad_alloc();
        return static_cast<T *>(memory);
    }
    void deallocate(T *memory, std::size_t /*count*/) { std::free(memory); } // NOLINT: from allocate
    friend bool operator==(const HugeAllocator &, const HugeAllocator &) { return true; }
};

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
    /// The first chunk is kept: a store that is filled anew for each working set would ask for it again at once.
    void clear()
    {
        m_chunks.resize(m_chunks.empty() ? 0 : 1);
        m_size = 0;
    }

private:
    struct Free {
        void operator()(T *chunk) const { std::free(chunk); } // NOLINT: from aligned_alloc
    };
    using Chunk = std::unique_ptr<T[], Free>;

    /// The first one stays on small pages: most stores never need a second.
    [[nodiscard]] Chunk allocate() const
    {
        return Chunk(static_cast<T *>(allocatePages(kChunk * sizeof(T), !m_chunks.empty())));
    }

    std::vector<Chunk> m_chunks;
    std::size_t m_size = 0;
};

} // namespace flyball
