// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/models/policy/policydesk.h"
#include "core/models/policy/starterpolicy.h"

namespace flyball {

/// The tiers of the document as columns of models, with today's input price and what they carried in the range
/// of the window. The same for every scope. GUI thread.
class PolicyTiers : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of PolicyModel")
    Q_PROPERTY(QVariantList columns READ columns NOTIFY changed)
    Q_PROPERTY(QVariantList offers READ offers NOTIFY offersChanged)
    Q_PROPERTY(QString note READ note NOTIFY changed)
    Q_PROPERTY(QString error READ error NOTIFY changed)

public:
    explicit PolicyTiers(PolicyDesk &desk, QObject *parent = nullptr);

    /// {id, title, index, price, share, changed, models: [{name, text, price, known, changed}]}.
    [[nodiscard]] QVariantList columns() const { return m_columns; }
    /// Models that are in no tier: those in use first, then the price lists: {key, text, sub}.
    [[nodiscard]] QVariantList offers() const { return m_offers; }
    [[nodiscard]] QString note() const { return m_note; }
    [[nodiscard]] QString error() const { return m_error; }

    Q_INVOKABLE bool move(int fromTier, int fromIndex, int toTier, int toIndex);
    Q_INVOKABLE bool add(int tier, const QString &model);
    Q_INVOKABLE bool remove(int tier, int index);
    /// A stronger tier behind the others, with one model.
    Q_INVOKABLE bool addTier(const QString &model);
    /// Fills offers() for a search; the lists of prices are long.
    Q_INVOKABLE void offer(const QString &search);

    void draftChanged();
    /// Figures of a new view.
    void show();
    /// Models and workflows of the whole ledger, with prices of today.
    [[nodiscard]] Seen seen() const;

Q_SIGNALS:
    void changed();
    void offersChanged();

private:
    struct Rates {
        std::optional<double> input, output;
    };
    [[nodiscard]] Rates ratesOf(const std::string &model) const;
    [[nodiscard]] QVariantMap column(std::size_t i) const;
    bool edit(const QString &label, const std::function<void(std::vector<Tier> &)> &change);

    PolicyDesk &m_desk;
    QVariantList m_columns, m_offers;
    QString m_note, m_error;
};

} // namespace flyball
