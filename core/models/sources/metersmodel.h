// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <vector>

#include "core/aggregate/views/metersbeside.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// What the chosen source metered beside what others told call by call, model by model, over the range of the window,
/// and whether they look like the same calls. Read on the query thread while the page is shown, at most every kEveryMs.
/// GUI thread.
class MetersModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of SourcesModel")
    Q_PROPERTY(bool shown READ shown NOTIFY changed) ///< the chosen source meters, or could
    /// "loading", "none", "error" or "ready".
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString heading READ heading NOTIFY changed)
    Q_PROPERTY(QString text READ text NOTIFY changed)
    Q_PROPERTY(QString rangeText READ rangeText NOTIFY changed)
    Q_PROPERTY(QString source READ source NOTIFY changed) ///< id
    Q_PROPERTY(bool told READ told NOTIFY changed)        ///< it is tied: kept, not counted
    /// {key, text}: whose calls the meters are held against.
    Q_PROPERTY(QVariantList against READ against NOTIFY changed)
    Q_PROPERTY(QString chosen READ chosen WRITE choose NOTIFY changed)
    Q_PROPERTY(QString verdict READ verdict NOTIFY changed) ///< "same", "different", "unclear" or "nothing"
    Q_PROPERTY(QString guess READ guess NOTIFY changed)     ///< in words
    Q_PROPERTY(QString evidence READ evidence NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *rows READ rows CONSTANT)

public:
    static constexpr int kEveryMs = 10'000;

    explicit MetersModel(Services &services, QObject *parent = nullptr);

    [[nodiscard]] bool shown() const { return m_shown && (m_metered || !m_listens); }
    [[nodiscard]] QString state() const { return m_state; }
    [[nodiscard]] QString heading() const { return m_heading; }
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QString rangeText() const { return m_rangeText; }
    [[nodiscard]] QString source() const { return m_source; }
    [[nodiscard]] bool told() const { return m_told; }
    [[nodiscard]] QVariantList against() const;
    [[nodiscard]] QString chosen() const;
    void choose(const QString &key);
    [[nodiscard]] QString verdict() const;
    [[nodiscard]] QString guess() const { return m_guess; }
    [[nodiscard]] QString evidence() const { return m_evidence; }
    [[nodiscard]] TableModel *rows() { return &m_rows; }

    /// `source`: the chosen one, or null.
    void show(const View &view, const SourceHealth *source);

Q_SIGNALS:
    void changed();

private:
    void ask(const View &view);
    void received(const Result<std::vector<MetersBeside>> &answer);
    void setState(const QString &state, const QString &heading = {}, const QString &text = {});
    void form();
    void formRows(const MetersBeside &beside);
    void putSide(TableRow &row, const char *role, const BesideSum &sum) const;
    void putDifference(TableRow &row, const BesideSum &meters, const BesideSum &calls) const;
    [[nodiscard]] QString guessOf(const MetersBeside &beside) const;
    [[nodiscard]] QString evidenceOf(const MetersBeside &beside) const;
    [[nodiscard]] QString nameOf(Symbol source) const;
    [[nodiscard]] const MetersBeside *current() const;

    Services &m_services;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::vector<MetersBeside> m_answers; ///< the best fit in front
    std::vector<Symbol> m_chosen;        ///< tellers; empty: the best fit
    TableModel m_rows;
    bool m_shown = false, m_told = false;
    bool m_listens = false; ///< it may get meters among other things
    bool m_metered = false; ///< and there are some
    QString m_source;
    Symbol m_symbol = 0;
    QString m_state = QStringLiteral("none"), m_heading, m_text, m_rangeText, m_guess, m_evidence;
    QElapsedTimer m_age;
    QTimer m_later;
    int m_request = 0;
    bool m_asked = false, m_settled = false;
    int m_rangeRevision = -1;
    std::int64_t m_seen = -1; ///< calls the answer was made of
};

} // namespace flyball
