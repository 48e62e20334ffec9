// SPDX-License-Identifier: GPL-3.0-or-later
// Sources that are not files: what polls gateways and metric servers, and what agents send to.
#pragma once

#include "core/engine/remotesource.h"
#include "core/gateways/browse/rawpage.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flyball {

/// One option of a kind, as SourceConfig::options holds it and a form shows it. Every value is a text.
struct RemoteOption {
    enum class Type : std::uint8_t { Text, Seconds, Key, File, Flag };
    std::string_view name;
    std::string_view label; ///< for people
    std::string_view hint;  ///< what stands in the empty field: the default, or an example
    Type type = Type::Text;
};

/// A kind of remote source: one folder here and one line in registry.cpp.
struct RemoteKind {
    std::string_view kind; ///< as in KIND:TARGET
    std::string_view label;
    std::string_view about;  ///< one line
    std::string_view target; ///< an example: "http://127.0.0.1:4000/metrics"
    std::span<const RemoteOption> options;
    /// Tells spend without calls (CallMetered), which other sources may tell call by call.
    bool meters = false;
    /// One that is asked. Null for those that listen.
    Result<std::unique_ptr<PolledSource>> (*poll)(const SourceConfig &config, SymbolTable &symbols) = nullptr;
    /// One that listens. Null for those that are asked.
    Result<std::unique_ptr<RemoteSource>> (*listen)(const SourceConfig &config, SymbolTable &symbols) = nullptr;
    /// What one that is asked holds now; see browseSource(). Null for those that listen.
    Result<RawPage> (*browse)(const SourceConfig &config) = nullptr;
    /// Whether one that listens is listening in this process already; null for those that are asked.
    bool (*listens)(const SourceConfig &config) = nullptr;
};

[[nodiscard]] std::span<const RemoteKind> remoteKinds();
[[nodiscard]] const RemoteKind *remoteKind(std::string_view kind);

/// "KIND:TARGET#name=value&..." of a remote kind, as a command line has it; what stands behind '#' are options, which
/// no server is ever sent. Nothing: it is of no remote kind. The Error: a kind that is known but not built yet.
[[nodiscard]] std::optional<Result<SourceConfig>> parseRemoteSource(const std::string &argument);

/// For EngineOptions::openRemote. InvalidArgument: no such kind, a target it cannot use, an option it does not know.
[[nodiscard]] Result<std::unique_ptr<RemoteSource>> openRemoteSource(const SourceConfig &config, SymbolTable &symbols);
/// What asking once brought.
struct RemoteTrial {
    std::string answer;        ///< as testRemoteSource says it
    GatewayBudgetsPtr budgets; ///< null: none are told of
};
[[nodiscard]] Result<RemoteTrial> tryRemoteSource(const SourceConfig &config);
/// Asks once, or listens for a moment in which senders are told to come again, and keeps nothing: "reached, 412 series,
/// 3 workflows, newest sample 2 s ago", or the error. Waits for the network: not for the GUI thread.
[[nodiscard]] Result<std::string> testRemoteSource(const SourceConfig &config);

} // namespace flyball
