// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace flyball {

/// A vector that grows by chunks of 2^Bits members: nothing is ever moved, references stay good until clear(),
/// and growing costs one allocation per chunk (std::deque makes one per 512 bytes).
template <typename T, unsigned Bits = 10>
class ChunkedVector {
public:
    static constexpr std::size_t kChunk = std::size_t{1} << Bits;

    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    [[nodiscard]] T &operator[](std::size_t at) { return m_chunks[at >> Bits][at & (kChunk - 1)]; }
    [[nodiscard]] const T &operator[](std::size_t at) const { return m_chunks[at >> Bits][at & (kChunk - 1)]; }
    /// A new member, value-initialised.
    T &grow()
    {
        if (m_size == m_chunks.size() << Bits)
            m_chunks.push_back(std::make_unique_for_overwrite<T[]>(kChunk));
        T &member = (*this)[m_size++];
        member = T{};
        return member;
    }
    void clear()
    {
        m_chunks.clear();
        m_size = 0;
    }

private:
    std::vector<std::unique_ptr<T[]>> m_chunks;
    std::size_t m_size = 0;
};

} // namespace flyball
