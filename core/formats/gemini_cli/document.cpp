// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/gemini_cli/document.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace flyball::gemini {

namespace {

constexpr int kMessageDepth = 3; ///< the object, its list, a member of the list
constexpr std::size_t kMaxHead = 64 * 1024;
constexpr std::size_t kMaxMessage = 64 * 1024 * 1024;

} // namespace

void Document::open(char c, const Sink &sink)
{
    ++m_depth;
    if (m_depth == 2 && c == '[' && m_head.ends_with("\"messages\":")) {
        m_inMessages = true;
        const std::size_t comma = m_head.rfind(',');
        sink.header("{" + (comma == std::string::npos ? std::string() : m_head.substr(0, comma)) + "}");
        m_head.clear();
    } else if (m_depth == 2) {
        m_head += "0"; // in place of a list or an object that nobody asks for
    }
}

void Document::close(const Sink &sink)
{
    --m_depth;
    if (m_inMessages && m_depth == kMessageDepth - 1) {
        sink.message(m_message);
        m_message.clear();
    }
    if (m_depth == 1)
        m_inMessages = false;
    if (m_depth == 0)
        *this = Document{};
}

void Document::feed(std::string_view line, const Sink &sink)
{
    for (const char c : line) {
        const bool quote = c == '"' && !m_escaped;
        m_escaped = m_inString && c == '\\' && !m_escaped;
        if (quote)
            m_inString = !m_inString;
        const bool opens = !m_inString && (c == '{' || c == '[');
        const bool closes = !m_inString && (c == '}' || c == ']');
        if (opens)
            open(c, sink);
        if (m_inMessages && m_depth >= kMessageDepth && m_message.size() < kMaxMessage)
            m_message += c;
        else if (m_depth == 1 && !opens && !closes && m_head.size() < kMaxHead && (m_inString || c > ' '))
            m_head += c;
        if (closes) {
            close(sink);
            if (m_depth == 0)
                return; // what stands behind the object belongs to nothing
        }
    }
}

std::string Document::save() const
{
    if (!isOpen())
        return {};
    const nlohmann::json state = {{"head", m_head},     {"message", m_message}, {"depth", m_depth},
                                  {"in", m_inMessages}, {"string", m_inString}, {"escaped", m_escaped}};
    return state.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void Document::restore(std::string_view text)
{
    const nlohmann::json state = nlohmann::json::parse(text, nullptr, false);
    *this = Document{};
    if (!state.is_object())
        return;
    const auto flag = [&](const char *key) { return state.contains(key) && state[key] == true; };
    const auto words = [&](const char *key) {
        const auto it = state.find(key);
        return it != state.end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    if (const auto it = state.find("depth"); it != state.end() && it->is_number_integer())
        m_depth = std::clamp(it->get<int>(), 0, 1024);
    m_head = words("head");
    m_message = words("message");
    m_inMessages = flag("in");
    m_inString = flag("string");
    m_escaped = flag("escaped");
}

} // namespace flyball::gemini
