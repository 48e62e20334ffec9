// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateways/browse/rawpage.h"
#include "core/gateways/budgets/budgetlist.h"
#include "core/gateways/options.h"
#include "core/gateways/rest/logtail.h"
#include "core/gateways/rest/restclient.h"
#include "core/gateways/rest/workflowlabel.h"

#include <optional>
#include <string>

namespace flyball {

/// What every gateway that tells its calls in pages has in common: one poll reads on, gives facts with the state that
/// led to them, and says how it went.
class LogSource : public PolledSource {
public:
    struct Settings {
        HttpConnection connection;
        TimeNs interval = 0;
        TimeNs since = 0;
        TimeNs late = 0;
        std::string target; ///< as configured: what rows and refusals are filed under
        std::string base;   ///< the path before all others, without '/' behind
        WorkflowLabel label;
    };
    /// interval_s, since, late_s, workflow_label and the connection's. `ownPath` may stand behind the base.
    [[nodiscard]] static Result<Settings> settings(const SourceConfig &config, std::string_view ownPath,
                                                   const std::vector<std::string_view> &labels);

    Delivery poll(const std::string &state, TimeNs now) final;
    void stop() final { m_client.stop(); }
    /// RemoteKind::browse: the newest rows as fields, and what is made of them.
    [[nodiscard]] Result<RawPage> browse(TimeNs now);

protected:
    LogSource(Settings settings, SymbolTable &symbols);

    /// The page, its rows pointing into its body.
    [[nodiscard]] virtual Result<LogPage> page(TimeNs begin, TimeNs end, int number) = 0;
    /// Facts of a row.
    virtual void take(const LogRow &row, FactBatch &out) = 0;
    /// Before the rows of a poll. `now`: arrival.
    virtual void begin(TimeNs now) = 0;
    /// What it tells besides, asked once the log is read to its end. `first`: no row of the log began before; kNoTime:
    /// that is not known. `kept`: what the last one left there, also before a restart (a word without quotes).
    struct Besides {
        std::string kept;
        TimeNs first = kNoTime;
        TimeNs now = 0;
        bool more = false;  ///< out: to be asked on at once
        std::string detail; ///< out, and the next: for people
        std::string warning;
    };
    virtual void besides(Besides & /*besides*/, FactBatch & /*out*/) {}
    /// Reads what the gateway says of budgets; asked now and then, when all is well. The Error does not touch the
    /// calls.
    [[nodiscard]] virtual Result<> readBudgets(BudgetList &out) = 0;
    void reject(std::string_view reason, const LogRow &row, FactBatch &out);
    [[nodiscard]] Result<std::string> get(const std::string &path) { return m_client.get(m_settings.base + path); }
    [[nodiscard]] Result<std::string> tryGet(const std::string &path, int &status)
    {
        return m_client.tryGet(m_settings.base + path, status);
    }

    Settings m_settings;
    SymbolCache m_symbols;
    Symbol m_source;

private:
    void readOn(const std::string &state, TimeNs now, Delivery &out);
    void askForBudgets(TimeNs now, Delivery &out);

    RestClient m_client;

protected:
    LogTail m_tail;

private:
    std::string m_tailState; ///< what of m_state is the tail's
    std::string m_state;     ///< as it was returned last
    std::string m_kept;
    std::int64_t m_rows = 0;     ///< since the start
    GatewayBudgetsPtr m_budgets; ///< null: they were not asked for yet
    TimeNs m_budgetsDue = 0;     ///< monotonic
    bool m_budgetsMissed = false;
    int m_budgetsFailures = 0; ///< in a row
};

/// Makes such a source of a configuration, for RemoteKind::poll. `more`: what its constructor takes besides.
template <typename Source, typename... More>
[[nodiscard]] Result<std::unique_ptr<PolledSource>>
openLogSource(const SourceConfig &config, SymbolTable &symbols, std::string_view ownPath,
              const std::vector<std::string_view> &labels, More... more)
{
    auto settings = LogSource::settings(config, ownPath, labels);
    if (!settings)
        return settings.error();
    return std::unique_ptr<PolledSource>(std::make_unique<Source>(std::move(*settings), symbols, more...));
}

/// RemoteKind::browse of a source that `open` makes, which is a LogSource.
[[nodiscard]] Result<RawPage> browseLog(Result<std::unique_ptr<PolledSource>> (*open)(const SourceConfig &,
                                                                                      SymbolTable &),
                                        const SourceConfig &config);

/// The options of such a source besides the connection's.
#define FLYBALL_LOG_OPTIONS(labels)                                                                                    \
    RemoteOption{"interval_s", "Ask every", "10", RemoteOption::Type::Seconds},                                        \
        RemoteOption{"since", "Read back", "86400", RemoteOption::Type::Seconds},                                      \
        RemoteOption{"late_s", "Longest call", "900", RemoteOption::Type::Seconds}, RemoteOption                       \
    {                                                                                                                  \
        "workflow_label", "Workflow is", labels                                                                        \
    }

} // namespace flyball
