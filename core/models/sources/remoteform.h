// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/domain/sourceconfig.h"
#include "core/models/session/services.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// A source that is not a file, while it is filled in: its kind, its address, its options, and whether it answers.
/// Nothing is asked before test(), nothing is kept before save(). GUI thread.
class RemoteForm : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of SourcesModel")
    Q_PROPERTY(QVariantList kinds READ kinds CONSTANT)
    Q_PROPERTY(QString kind READ kind NOTIFY changed)
    Q_PROPERTY(QString kindText READ kindText NOTIFY changed)
    Q_PROPERTY(QString about READ about NOTIFY changed)
    Q_PROPERTY(QString targetHint READ targetHint NOTIFY changed)
    Q_PROPERTY(bool listens READ listens NOTIFY changed)
    Q_PROPERTY(bool editing READ editing NOTIFY changed)
    Q_PROPERTY(QString target READ target NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *fields READ fields CONSTANT)
    Q_PROPERTY(QString state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString stateText READ stateText NOTIFY stateChanged)
    Q_PROPERTY(bool keyTyped READ keyTyped NOTIFY stateChanged)

public:
    explicit RemoteForm(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QVariantList kinds() const;
    [[nodiscard]] QString kind() const { return QString::fromStdString(m_config.kind); }
    [[nodiscard]] QString kindText() const;
    [[nodiscard]] QString about() const;
    [[nodiscard]] QString targetHint() const;
    [[nodiscard]] bool listens() const;
    /// An existing source: its address names its history and stays.
    [[nodiscard]] bool editing() const { return !m_config.id.empty(); }
    [[nodiscard]] QString target() const { return QString::fromStdString(m_config.target); }
    [[nodiscard]] TableModel *fields() { return &m_fields; }
    /// "none", "testing", "ok", "bad" or "kept" (the key)
    [[nodiscard]] QString state() const { return m_state; }
    [[nodiscard]] QString stateText() const { return m_stateText; }
    /// A key itself was typed, not where one is. It goes to the keychain or nowhere.
    [[nodiscard]] bool keyTyped() const { return !m_typedKey.empty(); }

    /// Begins with an empty form of a kind.
    Q_INVOKABLE void begin(const QString &kind);
    /// Begins with what a source has; false: it is not in the configuration, so that nothing of it could be kept.
    Q_INVOKABLE bool edit(const QString &id);
    Q_INVOKABLE void setTarget(const QString &target);
    Q_INVOKABLE void setOption(const QString &name, const QString &value);
    /// Puts the key that was typed into the keychain, on another thread, and names it in its stead.
    Q_INVOKABLE void keepKey();
    /// Asks once, on another thread.
    Q_INVOKABLE void test();
    /// Adds the source, or puts the options in force; false: it cannot be (stateText says why).
    Q_INVOKABLE bool save();

Q_SIGNALS:
    void changed();
    void stateChanged();

private:
    void setState(const QString &state, const QString &text);
    void showFields();
    [[nodiscard]] QString problem() const;

    Services &m_services;
    SourceConfig m_config;
    std::string m_typedKey, m_keyOption; ///< a key, and the option it was typed for
    TableModel m_fields;
    QString m_state = QStringLiteral("none"), m_stateText;
    int m_request = 0;
};

} // namespace flyball
