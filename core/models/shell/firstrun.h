// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <functional>

#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/sources/sourcesmodel.h"
#include "core/models/table/tablemodel.h"
#include "core/sources/detect.h"

namespace flyball {

/// The first start: traces found on this machine (listed only; nothing is read before the click),
/// the demo fleet, or a file. GUI thread; listing happens on a pool thread.
class FirstRun : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(bool wanted READ wanted NOTIFY changed)
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString heading READ heading NOTIFY changed)
    Q_PROPERTY(QString text READ text NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *found READ found CONSTANT)
    Q_PROPERTY(QString startText READ startText NOTIFY changed)
    Q_PROPERTY(QString sizeText READ sizeText NOTIFY changed)
    Q_PROPERTY(QString priceText READ priceText NOTIFY changed)
    Q_PROPERTY(bool canStart READ canStart NOTIFY changed)
    Q_PROPERTY(bool hasDemo READ hasDemo CONSTANT)

public:
    struct Options {
        std::function<std::vector<DetectedSource>()> detect;
        std::function<void()> startDemo;
        std::function<void(QStringList)> openFiles;
    };
    FirstRun(Services &services, SourcesModel &sources, Options options, QObject *parent = nullptr);

    [[nodiscard]] bool wanted() const { return m_wanted; }
    [[nodiscard]] QString state() const { return m_state; }
    [[nodiscard]] QString heading() const { return tr("See what your agents spend."); }
    [[nodiscard]] QString text() const;
    [[nodiscard]] TableModel *found() { return &m_found; }
    [[nodiscard]] QString startText() const;
    [[nodiscard]] QString sizeText() const;
    [[nodiscard]] QString priceText() const { return m_priceText; }
    [[nodiscard]] bool canStart() const;
    [[nodiscard]] bool hasDemo() const { return static_cast<bool>(m_options.startDemo); }
    Q_INVOKABLE void toggle(int index);
    Q_INVOKABLE void start();
    Q_INVOKABLE void startDemo();
    Q_INVOKABLE void openFiles(const QVariantList &urls);
    Q_INVOKABLE void skip();
    Q_INVOKABLE void look(); ///< lists again

    void show(const View &view);

Q_SIGNALS:
    void changed();
    void finished();

private:
    struct Found {
        DetectedSource source;
        bool selected = true;
        bool readable = true;
    };
    void received(std::vector<DetectedSource> list);
    void form();

    Services &m_services;
    SourcesModel &m_sources;
    Options m_options;
    std::vector<Found> m_list;
    TableModel m_found;
    QString m_state = QStringLiteral("looking");
    QString m_priceText;
    bool m_wanted = false;
    bool m_looked = false;
};

} // namespace flyball
