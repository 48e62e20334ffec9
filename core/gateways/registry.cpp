// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/registry.h"

#include "core/base/quotes.h"
#include "core/gateways/options.h"

#include <mutex>
#include <utility>
#include <vector>

/// One line per kind of remote source.
#define FLYBALL_REMOTE_KINDS(KIND)                                                                                     \
    KIND(prometheusKind)                                                                                               \
    KIND(promqlKind)                                                                                                   \
    KIND(liteLlmKind)                                                                                                  \
    KIND(bifrostKind)                                                                                                  \
    KIND(portkeyKind)                                                                                                  \
    KIND(otlpKind)

namespace flyball {

#define FLYBALL_DECLARE(make) [[nodiscard]] RemoteKind make();
FLYBALL_REMOTE_KINDS(FLYBALL_DECLARE)

std::span<const RemoteKind> remoteKinds()
{
#define FLYBALL_MAKE(make) make(),
    static const std::vector<RemoteKind> all{FLYBALL_REMOTE_KINDS(FLYBALL_MAKE)};
    return all;
}

const RemoteKind *remoteKind(std::string_view kind)
{
    for (const RemoteKind &known : remoteKinds())
        if (known.kind == kind)
            return &known;
    return nullptr;
}

std::optional<Result<SourceConfig>> parseRemoteSource(const std::string &argument)
{
    const std::size_t colon = argument.find(':');
    const RemoteKind *kind = colon == std::string::npos ? nullptr : remoteKind(argument.substr(0, colon));
    if (!kind)
        return std::nullopt;
    SourceConfig config;
    config.kind = kind->kind;
    const std::size_t mark = argument.find('#', colon);
    config.target = argument.substr(colon + 1, mark == std::string::npos ? mark : mark - colon - 1);
    std::string rest = mark == std::string::npos ? std::string() : argument.substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = rest.find('&');
        const std::string option = rest.substr(0, end);
        const std::size_t equals = option.find('=');
        if (equals == std::string::npos || equals == 0)
            return Error{ErrorCode::InvalidArgument, "behind '#' stand options, name=value, not " + inQuotes(option)};
        config.options[option.substr(0, equals)] = option.substr(equals + 1);
        rest = end == std::string::npos ? std::string() : rest.substr(end + 1);
    }
    if (kind->poll && !config.target.empty() && !splitUrl(config.target))
        return Error{ErrorCode::InvalidArgument,
                     config.kind + " asks an http:// or https:// address, not " + inQuotes(config.target)};
    if (config.target.empty())
        return Error{ErrorCode::InvalidArgument, config.kind + " needs a target such as " + std::string(kind->kind)
                                                     + ':' + std::string(kind->target)};
    return config;
}

namespace {

/// Makes the source with the first poll: a key may have to be asked for, and the one who may wait is the poll's thread.
class LazySource final : public PolledSource {
public:
    LazySource(const RemoteKind &kind, SourceConfig config, SymbolTable &symbols)
        : m_kind(kind), m_config(std::move(config)), m_symbols(symbols)
    {}
    Delivery poll(const std::string &state, TimeNs now) override
    {
        if (const Result<PolledSource *> source = made(); source)
            return (*source)->poll(state, now);
        else {
            Delivery failed;
            failed.health = {now, source.error().message, {}, {}, monotonicNow() + kAgain, 0};
            return failed;
        }
    }
    void stop() override
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = true;
        if (m_source)
            m_source->stop();
    }
    void leave() override
    {
        if (m_source) // only this thread makes one
            m_source->leave();
    }

private:
    static constexpr TimeNs kAgain = 15 * kSecond;

    Result<PolledSource *> made()
    {
        const std::lock_guard lock(m_mutex);
        // One that was stopped stays so: who goes on after a pause begins with a new one, from the state.
        if (std::exchange(m_stopped, false))
            m_source.reset();
        if (m_source)
            return m_source.get();
        auto source = m_kind.poll(m_config, m_symbols);
        if (!source)
            return source.error();
        m_source = std::move(*source);
        return m_source.get();
    }

    const RemoteKind &m_kind;
    SourceConfig m_config;
    SymbolTable &m_symbols;
    std::mutex m_mutex; ///< guards the two below
    bool m_stopped = false;
    std::unique_ptr<PolledSource> m_source;
};

/// Takes word of how it goes, and no facts.
class TrialInbox final : public Inbox {
public:
    bool deliver(Delivery &&delivery) override
    {
        const std::lock_guard lock(m_mutex);
        if (delivery.hasHealth)
            m_error = delivery.health.error;
        return !delivery.stored;
    }
    std::size_t waiting() const override { return 0; }
    std::string error() const
    {
        const std::lock_guard lock(m_mutex);
        return m_error;
    }

private:
    mutable std::mutex m_mutex;
    std::string m_error;
};

Result<std::string> tryToListen(const RemoteKind &kind, const SourceConfig &config, SymbolTable &symbols)
{
    auto source = kind.listen(config, symbols);
    if (!source)
        return source.error();
    if (kind.listens && kind.listens(config))
        return std::string("it is listening there now, as a source of this program");
    TrialInbox inbox;
    (*source)->start({}, inbox);
    const std::string url = (*source)->url();
    (*source)->stop();
    if (url.empty())
        return Error{ErrorCode::Locked, inbox.error()};
    return "it can listen on " + url;
}

} // namespace

Result<std::unique_ptr<RemoteSource>> openRemoteSource(const SourceConfig &config, SymbolTable &symbols)
{
    const RemoteKind *kind = remoteKind(config.kind);
    if (!kind)
        return Error{ErrorCode::InvalidArgument, "unknown source kind " + inQuotes(config.kind)};
    if (kind->listen)
        return kind->listen(config, symbols);
    return onThread(std::make_unique<LazySource>(*kind, config, symbols), config.kind);
}

Result<RemoteTrial> tryRemoteSource(const SourceConfig &config)
{
    SymbolTable symbols; // of its own: what a test finds is not to stay in memory
    const RemoteKind *kind = remoteKind(config.kind);
    if (!kind)
        return Error{ErrorCode::InvalidArgument, "unknown source kind " + inQuotes(config.kind)};
    if (kind->listen) {
        const Result<std::string> can = tryToListen(*kind, config, symbols);
        if (!can)
            return can.error();
        return RemoteTrial{*can, nullptr};
    }
    auto source = kind->poll(config, symbols);
    if (!source)
        return source.error();
    const Delivery answer = (*source)->poll({}, wallClockNow());
    (*source)->leave();
    if (!answer.health.error.empty())
        return Error{ErrorCode::Unreadable, answer.health.error};
    RemoteTrial trial{"reached, " + answer.health.detail, answer.budgets};
    if (const std::string line = trial.budgets ? budgetLine(*trial.budgets) : std::string(); !line.empty())
        trial.answer += "; " + line;
    if (!answer.health.warning.empty())
        trial.answer += "; " + answer.health.warning;
    return trial;
}

Result<std::string> testRemoteSource(const SourceConfig &config)
{
    Result<RemoteTrial> trial = tryRemoteSource(config);
    return trial ? Result<std::string>(std::move(trial->answer)) : trial.error();
}

} // namespace flyball
