// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/gateways/browse/rawpage.h"
#include "core/models/session/services.h"
#include "core/models/table/madetable.h"

namespace flyball {

/// What a source holds right now, piece by piece, beside what is made of it. Asked on another thread when it is opened
/// and when it is asked again; held while it is open and no longer. GUI thread.
class RawModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of SourcesModel")
    /// "closed", "loading", "error", "none" (nothing is there), "nothing" (the filter lets nothing through), "ready"
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString title READ title NOTIFY changed)
    Q_PROPERTY(QString sub READ sub NOTIFY changed) ///< "412 series, 88 kB in 12 ms"
    Q_PROPERTY(QString note READ note NOTIFY changed)
    Q_PROPERTY(QString text READ text NOTIFY changed) ///< what is wrong
    Q_PROPERTY(bool truncated READ truncated NOTIFY changed)
    /// Of the page: "Series", "Labels" ... in the order of the roles c0, c1 ...
    Q_PROPERTY(QStringList columns READ columns NOTIFY columnsChanged)
    /// {key, text} of what may be shown alone.
    Q_PROPERTY(QVariantList segments READ segments NOTIFY changed)
    Q_PROPERTY(QString segment READ segment WRITE setSegment NOTIFY changed)
    Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *table READ table CONSTANT)

public:
    static constexpr int kColumns = 5;

    explicit RawModel(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QString state() const { return m_state; }
    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] QString sub() const { return m_sub; }
    [[nodiscard]] QString note() const { return m_note; }
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] bool truncated() const { return m_page && m_page->truncated(); }
    [[nodiscard]] QStringList columns() const { return m_columns; }
    [[nodiscard]] QVariantList segments() const;
    [[nodiscard]] QString segment() const { return m_segment; }
    void setSegment(const QString &segment);
    [[nodiscard]] QString filter() const { return m_filter; }
    void setFilter(const QString &filter);
    [[nodiscard]] TableModel *table() { return &m_table; }

    void open(const SourceHealth &source);
    /// Asks again.
    Q_INVOKABLE void reload();
    /// Lets go of everything; an answer on its way is dropped.
    Q_INVOKABLE void close();
    /// The row as it is, cell by cell.
    Q_INVOKABLE [[nodiscard]] QString rowText(int row) const;
    /// The same for the eye: one harmless text.
    Q_INVOKABLE [[nodiscard]] QString wholeText(int row) const;
    /// Every row that is shown, tab separated, with a head.
    Q_INVOKABLE [[nodiscard]] QString allText() const;

Q_SIGNALS:
    void changed();
    void columnsChanged();

private:
    using Texts = std::vector<std::string>; ///< of each row, for the filter, case folded
    void received(const Result<std::shared_ptr<const RawPage>> &page, std::shared_ptr<const Texts> texts);
    void form();
    void setState(const QString &state, const QString &text = {});
    [[nodiscard]] TableRow make(int row) const;

    Services &m_services;
    SourceConfig m_config;
    std::shared_ptr<const RequestLog> m_requests; ///< of one that listens
    std::shared_ptr<const RawPage> m_page;
    std::shared_ptr<const Texts> m_texts;
    std::vector<std::size_t> m_rows; ///< of m_page, that are shown
    MadeTable m_table;
    QStringList m_columns;
    QString m_state = QStringLiteral("closed"), m_title, m_sub, m_note, m_text;
    QString m_filter, m_segment = QStringLiteral("all");
    int m_request = 0;
};

} // namespace flyball
