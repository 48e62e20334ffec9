// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace flyball::gemini {

/// Reads a chat that is one JSON object over many lines, as they come: its last line is written without a
/// line end and may never be handed over, its messages are complete long before.
class Document {
public:
    struct Sink {
        std::function<void(std::string_view object)> header;  ///< members in front of the messages
        std::function<void(std::string_view object)> message; ///< one whole message
    };
    [[nodiscard]] bool isOpen() const { return m_depth > 0; }
    void feed(std::string_view line, const Sink &sink);

    [[nodiscard]] std::string save() const;
    void restore(std::string_view state);

private:
    void open(char c, const Sink &sink);
    void close(const Sink &sink);

    std::string m_head;    ///< the members of the object itself, up to the messages
    std::string m_message; ///< begun
    int m_depth = 0;
    bool m_inMessages = false;
    bool m_inString = false;
    bool m_escaped = false;
};

} // namespace flyball::gemini
