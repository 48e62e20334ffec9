// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>
#include <map>
#include <vector>

#include "core/models/chartdata.h"
#include "core/models/policy/policydesk.h"

namespace flyball {

/// Runs of the scope's workflow as the ledger has them: distributions under the caps, proposals, and what the
/// edited caps would have done. Read and computed on the query thread, at most every kEveryMs while the page is
/// open; the answers of an older question are dropped. GUI thread.
class EvidenceModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of PolicyModel")
    Q_PROPERTY(QString window READ window WRITE setWindow NOTIFY changed)
    Q_PROPERTY(bool ready READ ready NOTIFY changed)
    Q_PROPERTY(QString error READ error NOTIFY changed)
    Q_PROPERTY(QString runsText READ runsText NOTIFY changed)
    Q_PROPERTY(QString proposalNote READ proposalNote NOTIFY changed)
    Q_PROPERTY(QString unit READ unit WRITE setUnit NOTIFY changed)
    Q_PROPERTY(QVariant histogram READ histogram NOTIFY histogramChanged)
    Q_PROPERTY(int revision READ revision NOTIFY changed)
    Q_PROPERTY(QVariantList rows READ rows NOTIFY testChanged)
    Q_PROPERTY(QVariantList capRows READ capRows NOTIFY testChanged)
    Q_PROPERTY(QString testNote READ testNote NOTIFY testChanged)
    Q_PROPERTY(QString testState READ testState NOTIFY testChanged)

public:
    static constexpr int kEveryMs = 10'000;
    static constexpr int kTestAfterMs = 300;

    explicit EvidenceModel(PolicyDesk &desk, QObject *parent = nullptr);

    [[nodiscard]] QString window() const { return m_week ? QStringLiteral("7d") : QStringLiteral("24h"); }
    void setWindow(const QString &key);
    [[nodiscard]] bool ready() const { return m_desk.evidence != nullptr; }
    [[nodiscard]] QString error() const;
    [[nodiscard]] QString runsText() const;
    [[nodiscard]] QString proposalNote() const;
    /// "usd" or "tokens": what the caps of a run are drawn in.
    [[nodiscard]] QString unit() const { return m_tokens ? QStringLiteral("tokens") : QStringLiteral("usd"); }
    void setUnit(const QString &unit);
    [[nodiscard]] QVariant histogram() const { return QVariant::fromValue(m_histogram); }
    [[nodiscard]] int revision() const { return m_revision; }
    /// Of a quantity of calls, by the pointer of its limit: {bars, mark, markText, text}; empty: nothing known.
    Q_INVOKABLE [[nodiscard]] QVariantMap spread(const QString &pointer) const;
    /// Between a value and its place on the logarithmic axis of that spread, 0 to 1.
    Q_INVOKABLE [[nodiscard]] double place(const QString &pointer, double value) const;
    Q_INVOKABLE [[nodiscard]] double valueAt(const QString &pointer, double place) const;
    /// The proposed value of a limit; nothing when the runs do not carry one.
    [[nodiscard]] std::optional<JsonValue> proposal(const QString &pointer) const;

    /// The back-test: {label, before, after, change, tone}, and by cap {text, runs}.
    [[nodiscard]] QVariantList rows() const { return m_rows; }
    [[nodiscard]] QVariantList capRows() const { return m_capRows; }
    [[nodiscard]] QString testNote() const { return m_testNote; }
    [[nodiscard]] QString testState() const { return m_testState; } ///< "none", "computing", "ready"

    /// The page is on screen: asks the ledger when it is time to.
    void show();
    /// The scope changed: what is known of it, else nothing, until it is read.
    void scopeChanged();
    /// The draft changed.
    void edited();
    [[nodiscard]] static const Spread *spreadOfPointer(const PolicyEvidence &evidence, const QString &pointer);

Q_SIGNALS:
    void changed();
    void histogramChanged();
    void testChanged();

private:
    struct Tested {
        BackTest before, after;
    };
    using Key = std::pair<std::string, bool>; ///< workflow, whether a week
    [[nodiscard]] Key key() const { return {m_desk.scope.workflow, m_week}; }
    void ask();
    void arrived(const Key &key, std::shared_ptr<const PolicyEvidence> evidence);
    void test();
    void showTest(const Tested &result);
    void showHistogram();

    PolicyDesk &m_desk;
    struct Kept {
        std::shared_ptr<const PolicyEvidence> evidence;
        QElapsedTimer age;
        bool asked = false;
    };
    std::map<Key, Kept> m_kept;
    QTimer m_timer;
    HistogramData m_histogram;
    QVariantList m_rows, m_capRows;
    QString m_testNote, m_testState = QStringLiteral("none");
    int m_revision = 0;
    quint64 m_testNumber = 0;
    bool m_week = false, m_tokens = false;
};

} // namespace flyball
