// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <array>
#include <memory>
#include <optional>

#include "core/aggregate/views/runstats.h"
#include "core/aggregate/views/signalstats.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"

namespace flyball {

/// The quality signals of one workflow over the range, and the one that is its measure of success. Choosing one
/// decides history again, at once; the toast takes that choice back, and no later one. Runs and signals are looked at
/// by the query thread, when figures or the window changed. GUI thread.
class SuccessModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QVariantList rows READ rows NOTIFY changed)
    Q_PROPERTY(QString origin READ origin NOTIFY changed)
    Q_PROPERTY(QString counts READ counts NOTIFY changed)
    Q_PROPERTY(bool chosen READ chosen NOTIFY changed)
    Q_PROPERTY(bool busy READ busy NOTIFY changed)
    Q_PROPERTY(QString current READ current NOTIFY formChanged)
    Q_PROPERTY(QString labels READ labels WRITE setLabels NOTIFY formChanged)
    Q_PROPERTY(QString threshold READ threshold WRITE setThreshold NOTIFY formChanged)
    Q_PROPERTY(QString labelsHint READ labelsHint NOTIFY formChanged)
    Q_PROPERTY(QString thresholdHint READ thresholdHint NOTIFY formChanged)
    Q_PROPERTY(bool needsLabels READ needsLabels NOTIFY formChanged)
    Q_PROPERTY(bool needsThreshold READ needsThreshold NOTIFY formChanged)
    Q_PROPERTY(QString error READ error NOTIFY formChanged)
    Q_PROPERTY(bool canUse READ canUse NOTIFY formChanged)

public:
    explicit SuccessModel(Services &services, QObject *parent = nullptr);

    /// {name, text, coverage, pass, fail, undecided, rate, chosen, accessible}, most runs first.
    [[nodiscard]] QVariantList rows() const { return m_rows; }
    /// "success is judge of 0.8 and above" ...
    [[nodiscard]] QString origin() const { return m_origin; }
    /// How the outcomes of the runs in view came about.
    [[nodiscard]] QString counts() const { return m_counts; }
    [[nodiscard]] bool chosen() const;
    [[nodiscard]] bool busy() const { return m_busy; }
    /// The signal whose form is open; empty: none.
    [[nodiscard]] QString current() const { return m_current; }
    [[nodiscard]] QString labels() const { return m_labels; }
    void setLabels(const QString &text);
    [[nodiscard]] QString threshold() const { return m_threshold; }
    void setThreshold(const QString &text);
    [[nodiscard]] QString labelsHint() const { return m_labelsHint; }
    [[nodiscard]] QString thresholdHint() const { return m_thresholdHint; }
    [[nodiscard]] bool needsLabels() const { return m_needsLabels; }
    [[nodiscard]] bool needsThreshold() const { return m_needsThreshold; }
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] bool canUse() const { return !m_current.isEmpty() && m_error.isEmpty() && !m_busy; }

    Q_INVOKABLE void open(const QString &signal);
    Q_INVOKABLE void close() { open({}); }
    Q_INVOKABLE void use();
    /// Back to what signals say by themselves.
    Q_INVOKABLE void clear();

    void show(const View &view, Symbol workflow);

Q_SIGNALS:
    void changed();
    void formChanged();

private:
    /// What tells whether the signals have to be counted again.
    struct Runs {
        std::int64_t count = 0, known = 0, signalCount = 0;
        std::array<std::int64_t, 4> origins{}; ///< by OutcomeOrigin
        friend bool operator==(const Runs &, const Runs &) = default;
    };
    struct Question {
        int request = 0;
        std::shared_ptr<const Snapshot> snapshot;
        Window window;
        Symbol workflow = 0;
        CallFilter calls;
        std::optional<Runs> shown; ///< nothing: signals are wanted whatever the runs are
        std::optional<SuccessRule> rule;
        bool rested = true;
    };
    struct Answer {
        Runs runs;
        std::optional<std::vector<SignalStats>> stats;
        QString error;
        bool due = false; ///< signals have changed, but were looked at just now
    };
    [[nodiscard]] const SuccessRule *rule() const;
    void ask(const View &view);
    [[nodiscard]] static Answer answerTo(const Question &question, RunScanner &scanner, Ledger &ledger);
    void received(const Answer &answer);
    void showStats(const std::vector<SignalStats> &stats);
    void describe(const Runs &runs);
    void check();
    std::optional<SuccessRule> replace(const std::string &workflow, const std::optional<SuccessRule> &rule);
    void put(const std::string &workflow, const std::optional<SuccessRule> &rule, const QString &text);
    void undo(const std::string &workflow, const std::optional<SuccessRule> &former);

    Services &m_services;
    std::shared_ptr<RunScanner> m_scanner;      ///< used on the query thread only
    std::shared_ptr<const Snapshot> m_snapshot; ///< last looked at, in m_window
    Window m_window;
    Runs m_shown; ///< of which the signals are shown
    QElapsedTimer m_asked;
    std::string m_workflow;
    Symbol m_workflowSymbol = 0;
    int m_range = -1;
    std::int64_t m_runs = 0;
    std::vector<SignalStats> m_stats;
    QVariantList m_rows;
    QString m_origin, m_counts, m_current, m_labels, m_threshold, m_labelsHint, m_thresholdHint, m_error, m_readError;
    int m_request = 0;
    bool m_asking = false, m_due = true, m_again = true;
    bool m_busy = false, m_needsLabels = false, m_needsThreshold = false;
};

} // namespace flyball
