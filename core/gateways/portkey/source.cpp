// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/portkey/portkey.h"

#include "core/formats/jsonfields.h"
#include "core/gateways/options.h"
#include "core/gateways/portkey/presence.h"
#include "core/gateways/registry.h"
#include "core/gateways/rest/restclient.h"
#include "core/gateways/rest/timetext.h"
#include "core/gateways/rest/workflowlabel.h"
#include "core/net/eventstream.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {

constexpr std::string_view kPath = "/log/stream";
constexpr Milliseconds kDeadline{15'000};
constexpr Milliseconds kSilence{30'000}; ///< it gives a sign of life every 10 s
constexpr Milliseconds kMostWait{10'000};
constexpr TimeNs kStale = kMinute;
/// Who is too slow is told nothing more but goes on to get signs of life, as are two that came in one millisecond.
constexpr TimeNs kDeaf = 5 * kMinute;
constexpr TimeNs kTooSlow = 5 * kSecond;
constexpr TimeNs kGrown = 30 * kSecond;                    ///< a stream that ends sooner counts as a failure as before
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;  ///< of an answer that is none
constexpr std::size_t kMostEvent = std::size_t{16} << 20U; ///< of one request: its texts are in it
constexpr std::int64_t kMostMissed = 10'000;               ///< counted one by one

/// Portkey's live log. What it is told while nobody listens is gone: see StreamPresence for what is said about that.
class PortkeySource final : public PolledSource {
public:
    struct Settings {
        HttpConnection connection;
        std::string target;
        std::string path;
        WorkflowLabel label;
    };
    PortkeySource(Settings settings, SymbolTable &symbols)
        : m_settings(std::move(settings)),
          m_symbols(symbols),
          m_source(m_symbols.intern(m_settings.target)),
          m_client(m_settings.connection)
    {}
    ~PortkeySource() override { PortkeySource::leave(); }

    Delivery poll(const std::string &state, TimeNs now) override;
    void stop() override { m_client.stop(); }
    void leave() override
    {
        m_stream.reset();
        m_client.end();
    }

private:
    Result<> open(const std::string &state);
    Result<> listen(FactBatch &out);
    void take(const StreamEvent &event, TimeNs now, FactBatch &out);
    void nameThem(std::string_view line, std::size_t from, FactBatch &out);
    void reject(std::string_view reason, std::int64_t place, std::int64_t length, FactBatch &out);
    [[nodiscard]] RemoteHealth well() const;

    Settings m_settings;
    SymbolCache m_symbols;
    Symbol m_source;
    RestClient m_client;
    StreamPresence m_presence;
    std::unique_ptr<HttpStream> m_stream;
    EventStreamReader m_events{kMostEvent};
    TimeNs m_opened = 0; ///< monotonic, as the two below
    TimeNs m_told = 0;   ///< when the last call was told, or the stream opened
    TimeNs m_polled = 0;
    TimeNs m_since = kNoTime; ///< wall clock: it is open
    std::int64_t m_calls = 0; ///< since the start
};

Result<> PortkeySource::open(const std::string &state)
{
    leave();
    if (Result<> begun = m_client.begin(); !begun)
        return begun.error();
    auto stream = m_client.stream(m_settings.path, kSilence);
    if (!stream) {
        Error error = stream.error();
        if (error.message.find("status 404") != std::string::npos)
            error.message += " (a gateway in production, or one begun with --headless, has no live log)";
        return error;
    }
    m_stream = std::move(*stream);
    m_events = EventStreamReader(kMostEvent);
    m_presence.restore(state);
    m_since = wallClockNow();
    m_presence.opened(m_since);
    m_opened = m_told = m_polled = monotonicNow();
    return {};
}

Delivery PortkeySource::poll(const std::string &state, TimeNs now)
{
    Delivery out;
    out.hasHealth = true;
    const TimeNs clock = monotonicNow();
    if (m_stream && (clock - m_told > kDeaf || clock - m_polled > kTooSlow))
        leave();
    Result<> done;
    if (!m_stream)
        done = open(state);
    if (done)
        done = listen(out.batch);
    m_polled = monotonicNow();
    if (done) {
        out.state = m_presence.save();
        out.health = well();
        return out;
    }
    const bool grown = m_stream && monotonicNow() - m_opened >= kGrown;
    if (grown)
        (void)m_client.good(now, 0); // the failures before it are forgotten
    leave();
    if (out.batch.size() > 0)
        out.state = m_presence.save();
    out.health = m_client.failed(done.error(), wallClockNow());
    out.health.warning = m_presence.warning();
    return out;
}

/// Until something came that is worth a delivery, or for a while.
Result<> PortkeySource::listen(FactBatch &out)
{
    auto bytes = m_stream->read(kMostWait);
    if (!bytes)
        return bytes.error();
    const TimeNs now = wallClockNow();
    if (!bytes->empty())
        m_presence.heard(now);
    m_events.read(*bytes, [&](StreamEvent &&event) { take(event, now, out); });
    return {};
}

void PortkeySource::take(const StreamEvent &event, TimeNs now, FactBatch &out)
{
    if (event.name != "log")
        return;
    m_told = monotonicNow();
    std::int64_t number = -1;
    const bool numbered = parseInt64(event.id, number);
    const StreamPresence::Missed missed =
        m_presence.told(numbered ? std::optional<std::int64_t>(number) : std::nullopt);
    for (std::int64_t i = std::min(missed.calls, kMostMissed); i > 0; --i)
        reject("missed_by_stream", number - i, 0, out);
    if (missed.unknown)
        reject("stream_gap", number, 0, out);
    if (event.lost > 0) {
        reject("too_long", number, event.lost, out);
        return;
    }
    std::string line = event.data;
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    const std::size_t before = out.calls.size();
    // The arrival is this event's, so the reader is as well.
    makePortkeyReader({&m_symbols, m_source, m_settings.target, now, true})->read(line, std::max(number, {}), out);
    if (out.calls.size() > before)
        ++m_calls;
    if (!m_settings.label.empty())
        nameThem(line, before, out);
}

/// All attempts of a request were asked the same.
void PortkeySource::nameThem(std::string_view line, std::size_t from, FactBatch &out)
{
    JsonFields request;
    JsonFields attempt;
    (void)request.parse(line);
    (void)forEachElement(request.raw("requestOptions"), [&](std::string_view raw) {
        if (attempt.empty())
            (void)attempt.parse(raw);
    });
    JsonFields asked = attempt.object("finalUntransformedRequest").object("body");
    if (asked.empty())
        asked = attempt.object("requestParams");
    const JsonFields sent = attempt.object("transformedRequest").object("headers");
    const std::string workflow = m_settings.label.of([&](const WorkflowLabel::Part &part) -> std::string {
        std::string_view text;
        JsonFields forwarded;
        if (part.kind == "metadata") {
            (void)forwarded.parse(sent.text("x-portkey-metadata"));
            text = forwarded.id(part.name);
        }
        const JsonFields body = asked.object("metadata");
        if (part.kind == "metadata" && text.empty())
            text = body.id(part.name);
        else if (part.kind == "user" || part.kind == "model")
            text = asked.id(part.kind);
        else if (part.kind == "target")
            text = attempt.object("providerOptions").id("name");
        return text == "[REDACTED]" ? std::string() : std::string(text);
    });
    if (!workflow.empty())
        for (std::size_t i = from; i < out.calls.size(); ++i)
            out.calls[i].names.workflow = m_symbols.internChecked(workflow);
}

void PortkeySource::reject(std::string_view reason, std::int64_t place, std::int64_t length, FactBatch &out)
{
    out.rejects.push_back({m_symbols.intern(reason), m_source, place, length});
}

RemoteHealth PortkeySource::well() const
{
    RemoteHealth health;
    health.at = wallClockNow();
    health.nextAt = monotonicNow();
    health.staleAfter = kStale;
    health.warning = m_presence.warning();
    health.detail = "the stream is open since " + secondText(m_since, false) + ", " + std::to_string(m_calls)
                    + (m_calls == 1 ? " request told" : " requests told");
    return health;
}

Result<std::unique_ptr<PolledSource>> openPortkey(const SourceConfig &config, SymbolTable &symbols)
{
    SourceOptions options(config);
    PortkeySource::Settings out;
    out.connection = options.connection(kDeadline, kMostBytes);
    out.target = config.target;
    if (const auto split = splitUrl(config.target)) {
        out.path = split->path;
        if (out.path.find('?') != std::string::npos)
            options.complain("the target has no query behind its path");
        while (out.path.ends_with('/'))
            out.path.pop_back();
        if (!out.path.ends_with(kPath))
            out.path += kPath;
    }
    if (auto label = WorkflowLabel::parse(options.list("workflow_label", ""), {"metadata:", "user", "model", "target"}))
        out.label = std::move(*label);
    else
        options.complain(label.error().message);
    if (const Result<> done = options.done(out.connection); !done)
        return done.error();
    return std::unique_ptr<PolledSource>(std::make_unique<PortkeySource>(std::move(out), symbols));
}

} // namespace

RemoteKind portkeyKind()
{
    static constexpr std::array options{
        RemoteOption{"workflow_label", "Workflow is", "metadata:NAME, user, model, target"},
        FLYBALL_CONNECTION_OPTIONS};
    RemoteKind kind;
    kind.kind = "portkey";
    kind.label = "Portkey live log";
    kind.about = "Every call of a Portkey gateway from now on, as its live log tells it";
    kind.target = "http://127.0.0.1:8787";
    kind.options = options;
    kind.poll = openPortkey;
    return kind;
}

} // namespace flyball
