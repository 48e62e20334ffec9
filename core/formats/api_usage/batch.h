// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/formats/jsonfields.h"

namespace flyball::api {

/// A line of a batch file: a request, or what became of one. Holds as long as the fields it was read from.
struct BatchLine {
    std::string_view custom; ///< the caller's own name of the request
    JsonFields request;      ///< members only when the line is a request
    JsonFields body;         ///< the answer, as outside a batch
    std::string error;       ///< why there is none: "batch_expired", "expired", "canceled", "http_429" ...

    /// False when it is neither. OpenAI: custom_id with response and error; Anthropic: custom_id with result;
    /// Gemini: key with response or error. Requests: custom_id with body or params, key with request.
    [[nodiscard]] bool read(const JsonFields &line);

private:
    void readResponse(const JsonFields &response);
    void readResult(const JsonFields &result);
    void readError(const JsonFields &error);
};

} // namespace flyball::api
