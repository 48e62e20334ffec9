// SPDX-License-Identifier: GPL-3.0-or-later
// How a page of metrics is asked for, and whether the answer is one.
#pragma once

#include "core/domain/sourceconfig.h"
#include "core/gateways/browse/rawpage.h"
#include "core/gateways/prometheus/promtext.h"
#include "core/net/httpclient.h"

namespace flyball {

struct PromAsk {
    HttpConnection connection;
    std::string path;
    TimeNs interval = 0;
    std::vector<std::string> workflowLabels;
};
[[nodiscard]] Result<PromAsk> promAskOf(const SourceConfig &config);

[[nodiscard]] Result<HttpReply> askForPage(HttpClient &client, const std::string &path);
/// `keyed`: a key was shown.
[[nodiscard]] Result<> checkPage(const HttpReply &reply, bool keyed);
[[nodiscard]] PromText::Flavour flavourOf(const HttpReply &reply);

/// RemoteKind::browse: every series of the page.
[[nodiscard]] Result<RawPage> browsePrometheus(const SourceConfig &config);

} // namespace flyball
