// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariant>
#include <QtQml/qqmlregistration.h>
#include <functional>

#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// The operator's overrides as the engine holds them; an empty text is an empty store.
[[nodiscard]] Result<OverrideStore> currentOverrides(const Engine &engine);

/// The draft of one price override, with its effect before it is saved: the calls of the model in the
/// range are priced again by the query thread. GUI thread; part of PricesModel.
class PriceEditor : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of PricesModel")
    Q_PROPERTY(QString modelId READ modelId NOTIFY loaded)
    Q_PROPERTY(QString name READ name NOTIFY loaded)
    Q_PROPERTY(QString provider READ provider NOTIFY loaded)
    Q_PROPERTY(QString state READ state NOTIFY loaded)
    Q_PROPERTY(QString stateTone READ stateTone NOTIFY loaded)
    Q_PROPERTY(QString text READ text NOTIFY loaded)
    Q_PROPERTY(QVariantList nearest READ nearest NOTIFY loaded)
    Q_PROPERTY(bool hasOverride READ hasOverride NOTIFY loaded)
    Q_PROPERTY(QString mode READ mode WRITE setMode NOTIFY edited)
    Q_PROPERTY(QString input READ input WRITE setInput NOTIFY edited)
    Q_PROPERTY(QString cacheRead READ cacheRead WRITE setCacheRead NOTIFY edited)
    Q_PROPERTY(QString cacheWrite READ cacheWrite WRITE setCacheWrite NOTIFY edited)
    Q_PROPERTY(QString output READ output WRITE setOutput NOTIFY edited)
    Q_PROPERTY(QString from READ from WRITE setFrom NOTIFY edited)
    Q_PROPERTY(QString sameAs READ sameAs WRITE setSameAs NOTIFY edited)
    Q_PROPERTY(QVariantMap errors READ errors NOTIFY edited)
    Q_PROPERTY(bool canSave READ canSave NOTIFY edited)
    Q_PROPERTY(QString preview READ preview NOTIFY previewChanged)

public:
    /// `save` gets the whole overrides.json and the words for the toast.
    PriceEditor(Services &services, std::function<void(const QString &json, const QString &text)> save,
                QObject *parent = nullptr);

    [[nodiscard]] QString modelId() const { return m_id; }
    [[nodiscard]] QString name() const;
    [[nodiscard]] QString provider() const;
    [[nodiscard]] QString state() const { return m_state; }
    [[nodiscard]] QString stateTone() const { return m_stateTone; }
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QVariantList nearest() const { return m_nearest; }
    [[nodiscard]] bool hasOverride() const { return m_hasOverride; }
    [[nodiscard]] QString mode() const { return m_draft.mode; }
    [[nodiscard]] QString input() const { return m_draft.input; }
    [[nodiscard]] QString cacheRead() const { return m_draft.cacheRead; }
    [[nodiscard]] QString cacheWrite() const { return m_draft.cacheWrite; }
    [[nodiscard]] QString output() const { return m_draft.output; }
    [[nodiscard]] QString from() const { return m_draft.from; }
    [[nodiscard]] QString sameAs() const { return m_draft.sameAs; }
    void setMode(const QString &mode) { set(m_draft.mode, mode); }
    void setInput(const QString &text) { set(m_draft.input, text); }
    void setCacheRead(const QString &text) { set(m_draft.cacheRead, text); }
    void setCacheWrite(const QString &text) { set(m_draft.cacheWrite, text); }
    void setOutput(const QString &text) { set(m_draft.output, text); }
    void setFrom(const QString &text) { set(m_draft.from, text); }
    void setSameAs(const QString &text) { set(m_draft.sameAs, text); }
    [[nodiscard]] QVariantMap errors() const { return m_errors; }
    [[nodiscard]] bool canSave() const { return m_valid; }
    [[nodiscard]] QString preview() const { return m_preview; }

    /// An id of the prices table: "provider\nmodel", or symbol ids of the overview's list.
    Q_INVOKABLE void load(const QString &modelId);
    Q_INVOKABLE void save();
    Q_INVOKABLE void cancel();
    Q_INVOKABLE void remove();

    void show(const View &view) { m_view = view; }

Q_SIGNALS:
    void loaded();
    void edited();
    void previewChanged();

private:
    struct Draft {
        QString mode = QStringLiteral("set");
        QString input, cacheRead, cacheWrite, output, from, sameAs;
        friend bool operator==(const Draft &, const Draft &) = default;
    };
    void set(QString &field, const QString &value);
    void describe();
    void check();
    void startPreview(const OverrideStore &store);
    [[nodiscard]] PriceOverride entry(QVariantMap &errors) const;

    Services &m_services;
    std::function<void(const QString &, const QString &)> m_save;
    View m_view;
    QString m_id, m_state, m_stateTone, m_text, m_preview;
    std::string m_provider, m_model;
    QVariantList m_nearest;
    bool m_hasOverride = false, m_valid = false;
    Draft m_draft, m_stored;
    QVariantMap m_errors;
    int m_request = 0;
};

} // namespace flyball
