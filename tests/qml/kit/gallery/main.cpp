// SPDX-License-Identifier: GPL-3.0-or-later
// Shows every control and chart in every state; --screenshot writes a picture and ends.
#include <QApplication>
#include <QCommandLineParser>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QTimer>

#include <cstdio>

namespace {

int g_warnings = 0;

void countWarnings(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type == QtWarningMsg || type == QtCriticalMsg)
        ++g_warnings;
    std::fprintf(stderr, "%s (%s:%d)\n", qUtf8Printable(message), context.file ? context.file : "", context.line);
}

} // namespace

int main(int argc, char **argv)
{
    qInstallMessageHandler(countWarnings);
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOptions({{"screenshot", "Write a PNG and quit.", "file"},
                       {"theme", "dark or light.", "name", "dark"},
                       {"size", "Window size, WxH.", "size", "1440x900"},
                       {"scale", "Text scale 1 to 2.", "factor", "1"},
                       {"page", "controls, forms, states, charts, small.", "name", "controls"}});
    parser.process(app);

    QQmlApplicationEngine engine;
    engine.addImportPath("qrc:/qt/qml");
    const QStringList size = parser.value("size").split('x');
    engine.setInitialProperties({{"width", size.value(0).toInt()},
                                 {"height", size.value(1).toInt()},
                                 {"page", parser.value("page")},
                                 {"darkTheme", parser.value("theme") == "dark"},
                                 {"scale", parser.value("scale").toDouble()}});
    engine.load(QUrl("qrc:/qt/qml/Flyball/Gallery/Main.qml"));
    if (engine.rootObjects().isEmpty())
        return 1;
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().first());
    const QString file = parser.value("screenshot");
    if (!file.isEmpty() && window) {
        QTimer::singleShot(900, window, [window, file] {
            const bool saved = window->grabWindow().save(file);
            QCoreApplication::exit(saved && g_warnings == 0 ? 0 : 2);
        });
    }
    return app.exec();
}
