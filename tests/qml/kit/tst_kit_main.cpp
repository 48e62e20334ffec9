// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the Quick tests of the kit; any warning of Qt or QML fails the run, because an unresolved name in QML
// otherwise only prints a line.
#include <QApplication>
#include <QQmlEngine>
#include <QtQuickTest>

#include <cstdio>

namespace {

int g_warnings = 0;
QtMessageHandler g_before = nullptr;

void countWarnings(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if ((type == QtWarningMsg || type == QtCriticalMsg) && !message.contains(QLatin1String("XDG_RUNTIME_DIR"))) {
        ++g_warnings;
        std::fprintf(stderr, "WARNING COUNTED: %s\n", qUtf8Printable(message));
    }
    if (g_before)
        g_before(type, context, message);
}

class Setup : public QObject {
    Q_OBJECT

public slots:
    void qmlEngineAvailable(QQmlEngine *engine)
    {
        engine->addImportPath(QStringLiteral("qrc:/qt/qml"));
        g_before = qInstallMessageHandler(countWarnings);
    }
    void cleanupTestCase() { qInstallMessageHandler(g_before); }
};

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    Setup setup;
    const int failed = quick_test_main_with_setup(argc, argv, "kit", KIT_TESTS, &setup);
    if (g_warnings > 0)
        std::fprintf(stderr, "%d warnings\n", g_warnings);
    return failed != 0 ? failed : g_warnings > 0 ? 1 : 0;
}

#include "tst_kit_main.moc"
