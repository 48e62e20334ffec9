// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/flyballctl/arguments.h"
#include "core/policy/document/document.h"
#include "core/policy/json/value.h"

namespace flyball::ctl {

// The actions of `flyballctl policy`; each takes the words behind its name.
int policyCheck(const std::vector<std::string> &words);
int policyShow(const std::vector<std::string> &words);
int policyDiff(const std::vector<std::string> &words);
int policyPush(const std::vector<std::string> &words);
int policyStatus(const std::vector<std::string> &words);
int policyHistory(const std::vector<std::string> &words);
int policyRollback(const std::vector<std::string> &words);
int policyTargets(const std::vector<std::string> &words);
int policyServe(const std::vector<std::string> &words);

/// json or table, else an Error naming the option.
[[nodiscard]] Result<bool> wantsJson(const Arguments &arguments);
/// A document from a file; the Error names the file and its first finding.
[[nodiscard]] Result<PolicyDocument> policyFromFile(const std::string &path);
/// Up to 4 MiB of a regular file.
[[nodiscard]] Result<std::string> textOfFile(const std::string &path);
/// --author, else the login name.
[[nodiscard]] std::string authorOf(const Arguments &arguments);

} // namespace flyball::ctl
