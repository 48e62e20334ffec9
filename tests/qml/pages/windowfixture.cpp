// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/pages/windowfixture.h"

#include <QFile>
#include <QQmlContext>
#include <QQmlNetworkAccessManagerFactory>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <atomic>

#include "core/gateways/registry.h"

namespace flyball::test {

namespace {

std::atomic<int> s_networkAccesses{0};
QStringList s_warnings;
QtMessageHandler s_former = nullptr;

void keepWarnings(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type == QtWarningMsg || type == QtCriticalMsg)
        s_warnings << message;
    if (s_former)
        s_former(type, context, message);
}

/// QML asks for a manager only when something wants to be fetched.
class CountingFactory : public QQmlNetworkAccessManagerFactory {
public:
    QNetworkAccessManager *create(QObject *) override
    {
        ++s_networkAccesses;
        return nullptr;
    }
};
CountingFactory s_factory;

void collect(QQuickItem *item, QList<QQuickItem *> &found)
{
    if (!item->isVisible())
        return;
    found << item;
    const auto children = item->childItems();
    for (QQuickItem *child : children)
        collect(child, found);
}

EngineOptions engineOptions(const QString &folder)
{
    EngineOptions options;
    options.ledgerPath = (folder + QStringLiteral("/ledger.db")).toStdString();
    options.overridesPath = (folder + QStringLiteral("/overrides.json")).toStdString();
    options.openRemote = openRemoteSource;
    options.sources.push_back({"traces", "otlp-json", (folder + QStringLiteral("/traces")).toStdString(), false});
    return options;
}

} // namespace

WindowFixture::WindowFixture(const QByteArray &traces, QSize size)
{
    QDir(m_folder.path()).mkdir(QStringLiteral("traces"));
    QFile file(m_folder.filePath(QStringLiteral("traces/spans.jsonl")));
    if (!file.open(QIODevice::WriteOnly) || file.write(traces) != traces.size())
        return;
    file.close();
    open([](const QString &, Engine &, SessionOptions &options) { options.openOnSpan = true; }, size);
}

WindowFixture::WindowFixture(const Prepare &prepare, QSize size)
{
    QDir(m_folder.path()).mkdir(QStringLiteral("traces"));
    open(prepare, size);
}

void WindowFixture::open(const Prepare &prepare, QSize size)
{
    if (!s_former)
        s_former = qInstallMessageHandler(keepWarnings);
    auto engine = Engine::start(engineOptions(m_folder.path()));
    if (!engine)
        return;
    m_engine = std::move(*engine);
    SessionOptions options;
    options.configPath = m_folder.filePath(QStringLiteral("config.json"));
    options.homeDir = m_folder.path();
    prepare(m_folder.path(), *m_engine, options);
    m_session = std::make_unique<Session>(*m_engine, options);
    m_qml = std::make_unique<QQmlApplicationEngine>();
    m_qml->addImportPath(QStringLiteral("qrc:/qt/qml"));
    m_qml->setNetworkAccessManagerFactory(&s_factory);
    m_qml->setInitialProperties({{QStringLiteral("session"), QVariant::fromValue(m_session.get())},
                                 {QStringLiteral("forcedSize"), QSizeF(size)}});
    m_qml->load(QUrl(QStringLiteral("qrc:/qt/qml/Flyball/Pages/Main.qml")));
    m_window = qobject_cast<QQuickWindow *>(m_qml->rootObjects().value(0));
    if (!m_window)
        return;
    m_window->requestActivate();
    m_ready = QTest::qWaitForWindowExposed(m_window)
              && QTest::qWaitFor([this] { return m_session->ready() && m_session->hasData(); }, 20000);
    settle();
}

WindowFixture::~WindowFixture()
{
    // The window reads the session, the session the engine.
    m_qml.reset();
    m_session.reset();
    m_engine.reset();
}

QList<QQuickItem *> WindowFixture::items() const
{
    QList<QQuickItem *> found;
    collect(m_window->contentItem(), found);
    return found;
}

QQuickItem *WindowFixture::item(const QString &name) const
{
    const auto all = items();
    for (QQuickItem *item : all)
        if (item->objectName() == name)
            return item;
    return nullptr;
}

QStringList WindowFixture::texts() const
{
    QStringList words;
    const auto all = items();
    for (const QQuickItem *item : all)
        if (item->inherits("QQuickText"))
            words << item->property("text").toString();
    return words;
}

bool WindowFixture::clickItem(QQuickItem *item, Qt::KeyboardModifiers modifiers)
{
    if (!item)
        return false;
    const QPoint at = item->mapToScene(QPointF(item->width() / 2, item->height() / 2)).toPoint();
    if (!QRect(QPoint(), m_window->size()).contains(at))
        return false;
    QTest::mouseMove(m_window, at);
    QTest::mouseClick(m_window, Qt::LeftButton, modifiers, at);
    settle();
    return true;
}

bool WindowFixture::click(const QString &name, Qt::KeyboardModifiers modifiers)
{
    settle(); // layouts place what models changed with the next frame
    return clickItem(item(name), modifiers);
}

QQuickItem *WindowFixture::reveal(const QString &name)
{
    QQuickItem *found = item(name), *form = item(QStringLiteral("policyForm"));
    if (!found || !form)
        return nullptr;
    const qreal y = found->mapToItem(form, QPointF(0, 0)).y() + form->property("contentY").toReal();
    const qreal most = form->property("contentHeight").toReal() - form->height();
    form->setProperty("contentY", std::clamp(y - form->height() / 2, 0.0, std::max(0.0, most)));
    settle();
    return found;
}

bool WindowFixture::choose(const QString &list, const QString &option)
{
    const QString name = QStringLiteral("option_") + option;
    return clickForm(list) && QTest::qWaitFor([&] { return item(name) != nullptr; }) && click(name)
           && QTest::qWaitFor([&] { return item(name) == nullptr; });
}

bool WindowFixture::typeIntoKnob(const QString &pointer, const QString &text)
{
    if (!clickForm(QStringLiteral("knob_%1_field").arg(pointer)))
        return false;
    key(Qt::Key_A, Qt::ControlModifier);
    type(text);
    key(Qt::Key_Return);
    settle();
    return true;
}

bool WindowFixture::clickRow(const QString &table, int row)
{
    QQuickItem *found = item(table);
    if (!found)
        return false;
    if (!QTest::qWaitFor([&] { return found->property("count").toInt() > row; }))
        return false;
    const int head = found->property("headVisible").toBool() ? 26 : 0;
    const int height = found->property("rowHeight").toInt();
    const QPoint at = found->mapToScene(QPointF(40, head + row * height + height / 2.0)).toPoint();
    QTest::mouseMove(m_window, at);
    QTest::mouseClick(m_window, Qt::LeftButton, Qt::NoModifier, at);
    settle();
    return true;
}

void WindowFixture::key(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QTest::keyClick(m_window, key, modifiers);
    settle();
}

void WindowFixture::type(const QString &text)
{
    for (const QChar c : text)
        QTest::keyClick(m_window, c.toLatin1());
    settle();
}

void WindowFixture::settle()
{
    QTest::qWait(30);
    // A run arrives in several steps.
    (void)QTest::qWaitFor(
        [this] { return m_session->navigation()->page() != u"run" || m_session->run()->state() != u"loading"; });
    m_session->refreshNow();
    QCoreApplication::processEvents();
}

QStringList WindowFixture::takeWarnings()
{
    const QStringList taken = s_warnings;
    s_warnings.clear();
    return taken;
}

int WindowFixture::networkAccesses() { return s_networkAccesses; }

} // namespace flyball::test
