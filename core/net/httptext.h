// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/net: the text side of HTTP, as pure functions.
#pragma once

#include "core/net/httpmessage.h"

#include <string>
#include <string_view>

namespace flyball {

/// Why a header section (without the empty line) is refused before it is parsed: control characters,
/// lines that do not end in CR LF, folded lines. Empty: nothing is wrong with it.
[[nodiscard]] std::string_view headerProblem(std::string_view header);
/// Splits and decodes "/path?a=b"; false when it is no origin form, holds a broken escape or a NUL.
[[nodiscard]] bool splitTarget(std::string_view target, std::string &path,
                               std::vector<std::pair<std::string, std::string>> &query);
/// The token of "Bearer xyz"; empty for anything else.
[[nodiscard]] std::string bearerToken(std::string_view authorization);
/// Status line and header fields with the empty line; Content-Length is that of the body.
[[nodiscard]] std::string responseHead(const HttpResponse &response, bool close);
/// Whether `host` (lower case, with its port) is one of `hosts`; "*.x:1" there stands for one more label.
[[nodiscard]] bool hostAllowed(const std::vector<std::string> &hosts, std::string_view host);
[[nodiscard]] std::string lowerCase(std::string text);

} // namespace flyball
