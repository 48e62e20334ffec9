// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QQmlApplicationEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <QStringList>
#include <QTemporaryDir>
#include <functional>
#include <memory>

#include "core/engine/engine.h"
#include "core/models/session/session.h"

namespace flyball::test {

/// The real window on a real engine that has read `traces`, all in a folder of its own. Every QML
/// warning and every network access of QML is kept, for the test to refuse.
class WindowFixture {
public:
    explicit WindowFixture(const QByteArray &traces, QSize size = QSize(1440, 900));
    /// `prepare` is called with the running engine before the session is made; the folder of the traces is
    /// folder()/traces. What it makes must outlive the fixture.
    using Prepare = std::function<void(const QString &folder, Engine &engine, SessionOptions &options)>;
    explicit WindowFixture(const Prepare &prepare, QSize size = QSize(1440, 900));
    ~WindowFixture();

    /// False when the engine did not start, the traces were not read, or the window was not made.
    [[nodiscard]] bool ready() const { return m_ready; }
    [[nodiscard]] Session &session() { return *m_session; }
    [[nodiscard]] QQuickWindow &window() { return *m_window; }
    [[nodiscard]] QString folder() const { return m_folder.path(); }

    /// A visible item by objectName anywhere in the window, pop-ups included; null if there is none.
    [[nodiscard]] QQuickItem *item(const QString &name) const;
    /// A non-item object (pop-up, model) by objectName.
    [[nodiscard]] QObject *object(const QString &name) const { return m_window->findChild<QObject *>(name); }
    /// Every visible item.
    [[nodiscard]] QList<QQuickItem *> items() const;
    /// The texts of all visible items, as a person would read them.
    [[nodiscard]] QStringList texts() const;
    [[nodiscard]] bool shows(const QString &text) const { return texts().contains(text); }

    /// A real click in the middle of the item; false when it is not there or not inside the window.
    bool click(const QString &name, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    bool clickItem(QQuickItem *item, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    /// A real click on the row of a DataTable.
    bool clickRow(const QString &table, int row);
    /// Scrolls the form of the Policy page until the item is in view; null when there is none.
    QQuickItem *reveal(const QString &name);
    bool clickForm(const QString &name) { return reveal(name) != nullptr && click(name); }
    /// Opens a Select of that form and picks an option.
    bool choose(const QString &list, const QString &option);
    /// Replaces the text of a knob's field and commits it.
    bool typeIntoKnob(const QString &pointer, const QString &text);
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    void type(const QString &text);
    /// Lets models and bindings settle.
    void settle();

    [[nodiscard]] static QStringList takeWarnings();
    [[nodiscard]] static int networkAccesses();

private:
    void open(const Prepare &prepare, QSize size);

    QTemporaryDir m_folder;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<QQmlApplicationEngine> m_qml;
    QQuickWindow *m_window = nullptr;
    bool m_ready = false;
};

} // namespace flyball::test
