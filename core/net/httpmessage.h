// SPDX-License-Identifier: GPL-3.0-or-later
// Requests that reach one of our own servers, and their answers, as values.
#pragma once

#include "core/base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flyball {

struct HttpRequest {
    std::string method;
    std::string path;                                       ///< decoded, without query
    std::vector<std::pair<std::string, std::string>> query; ///< decoded
    std::string token;                                      ///< of Authorization: Bearer
    std::string ifMatch;                                    ///< as sent, with quotes
    std::string ifNoneMatch;
    std::string contentType;     ///< as sent
    std::string contentEncoding; ///< lower case
    bool framed = false;         ///< says how long its body is (Content-Length, or chunks)
    std::string body;
    TimeNs arrived = 0;
    TimeNs now = 0;
    bool parked = false; ///< it waited before: nothing about it is to be booked again

    [[nodiscard]] std::string parameter(std::string_view name) const
    {
        for (const auto &[key, value] : query)
            if (key == name)
                return value;
        return {};
    }
};

struct HttpResponse {
    int status = 200;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; ///< Content-Type: JSON unless it is among them
    /// Set: there is no answer yet; ask again when the store's generation grows, at the latest then.
    std::optional<TimeNs> waitUntil;
};

/// {"error":word,"message":text}; says Retry-After with 503 and how to log in with 401.
[[nodiscard]] HttpResponse errorAnswer(int status, const char *word, const std::string &message = {});

} // namespace flyball
