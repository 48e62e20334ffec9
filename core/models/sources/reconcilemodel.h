// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <vector>

#include "core/engine/reconcile.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Sources that tell the same calls, pair by pair, over the range of the window. Read on the query thread while the
/// page is shown, at most every kEveryMs. GUI thread.
class ReconcileModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of SourcesModel")
    /// "loading", "none", "error" or "ready".
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString heading READ heading NOTIFY changed)
    Q_PROPERTY(QString text READ text NOTIFY changed)
    Q_PROPERTY(QString rangeText READ rangeText NOTIFY changed)
    /// {key, text} of each pair.
    Q_PROPERTY(QVariantList pairs READ pairs NOTIFY changed)
    Q_PROPERTY(QString pair READ pair WRITE setPair NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *rows READ rows CONSTANT)
    Q_PROPERTY(flyball::TableModel *reasons READ reasons CONSTANT)
    Q_PROPERTY(QString counted READ counted NOTIFY changed)
    Q_PROPERTY(QString sentence READ sentence NOTIFY changed)

public:
    static constexpr int kEveryMs = 10'000;

    explicit ReconcileModel(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QString state() const { return m_state; }
    [[nodiscard]] QString heading() const { return m_heading; }
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QString rangeText() const { return m_rangeText; }
    [[nodiscard]] QVariantList pairs() const;
    [[nodiscard]] QString pair() const;
    void setPair(const QString &key);
    [[nodiscard]] TableModel *rows() { return &m_rows; }
    [[nodiscard]] TableModel *reasons() { return &m_reasons; }
    [[nodiscard]] QString counted() const { return m_counted; }
    [[nodiscard]] QString sentence() const { return m_sentence; }
    /// Opens the calls that only the first or only the second source told.
    Q_INVOKABLE void openOnly(bool second);

    void show(const View &view);

Q_SIGNALS:
    void changed();

private:
    void ask(const View &view);
    void received(Result<std::vector<ChannelPair>> pairs);
    void setState(const QString &state, const QString &heading = {}, const QString &text = {});
    void form();
    void formRows(const ChannelPair &pair);
    void formReasons(const ChannelPair &pair);
    [[nodiscard]] QString sentenceOf(const ChannelPair &pair) const;
    [[nodiscard]] QString nameOf(Symbol source) const;
    [[nodiscard]] const ChannelPair *current() const;

    Services &m_services;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::vector<ChannelPair> m_pairs;
    std::pair<Symbol, Symbol> m_chosen{};
    CallFilter m_window;
    TableModel m_rows, m_reasons;
    QString m_state = QStringLiteral("loading"), m_heading, m_text, m_rangeText, m_counted, m_sentence;
    QElapsedTimer m_age;
    QTimer m_later;
    bool m_asked = false;
    bool m_settled = false; ///< the answer was made after everything there was had been read
    int m_rangeRevision = -1;
    std::int64_t m_seen = -1; ///< calls the answer was made of
};

} // namespace flyball
