// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/net: the parser of one request of a ServerConnection.
#pragma once

#include "core/net/serverconnection.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

namespace flyball {

/// A text that grows as it comes: what Content-Length promises costs nothing until it is here.
struct GrowingBody {
    using value_type = std::string;
    struct reader {
        template <bool isRequest, class Fields>
        reader(boost::beast::http::header<isRequest, Fields> &, value_type &body) : m_body(body)
        {}
        template <class Length>
        void init(const Length &, boost::system::error_code &error)
        {
            error = {};
        }
        template <class Buffers>
        std::size_t put(const Buffers &buffers, boost::system::error_code &error)
        {
            error = {};
            const std::size_t before = m_body.size();
            for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
                 ++it) {
                const boost::asio::const_buffer part(*it);
                m_body.append(static_cast<const char *>(part.data()), part.size());
            }
            return m_body.size() - before;
        }
        void finish(boost::system::error_code &error) { error = {}; }

    private:
        value_type &m_body;
    };
};

inline std::string fieldOf(const boost::beast::http::request<GrowingBody> &message, boost::beast::http::field name)
{
    const auto value = message[name];
    return {value.data(), value.size()};
}

struct ServerConnection::Parser : boost::beast::http::request_parser<GrowingBody> {
    explicit Parser(const HttpLimits &limits)
    {
        header_limit(static_cast<std::uint32_t>(limits.header));
        body_limit(limits.body);
        eager(true);
    }
    bool continued = false;
};

} // namespace flyball
