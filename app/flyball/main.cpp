// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QQmlApplicationEngine>
#include <QQuickStyle>
#include <QQuickWindow>
#include <algorithm>
#include <cstdio>
#include <optional>
#include <sys/stat.h>

#include "app/flyball/appearance.h"
#include "app/flyball/commandline.h"
#include "app/flyball/demofleet.h"
#include "app/flyball/ledgerhome.h"
#include "app/flyball/notifier.h"
#include "app/flyball/policyhome.h"
#include "app/flyball/screenshot.h"
#include "app/flyball/stopsignals.h"
#include "app/flyball/trace.h"
#include "core/engine/engine.h"
#include "core/engine/paths.h"
#include "core/gateways/registry.h"
#include "core/keys/keychain.h"
#include "core/models/session/session.h"
#include "core/pricing/catalog.h"
#include "core/sources/detect.h"

namespace flyball {

namespace {

constexpr int kExitRefused = 2;
constexpr QSize kPictureSize(1440, 900);

int refuse(const std::string &message)
{
    std::fprintf(stderr, "flyball: %s\n", message.c_str());
    return kExitRefused;
}

LedgerHome::Kind homeOf(const CommandLine &line)
{
    return line.demo              ? LedgerHome::Kind::Demo
           : line.sources.empty() ? LedgerHome::Kind::Own
                                  : LedgerHome::Kind::Temporary;
}

/// A first start with nothing to offer shows the demo fleet (design 1).
bool wantsDemo(const CommandLine &line, const ConfigStore &config)
{
    return !line.separateLedger() && line.page.isEmpty() && config.sources().empty() && config.error().isEmpty()
           && !QFile::exists(QFile::decodeName(Paths::fromEnvironment().ledger().c_str()))
           && detectLocalSources(DetectEnvironment::ofProcess()).empty();
}

/// Broken price files are refused before anything is opened for writing.
Result<> checkPrices(const CommandLine &line)
{
    if (line.priceFiles.empty())
        return {};
    auto catalog = PriceCatalog::builtIn();
    if (!catalog)
        return catalog.error();
    for (const std::string &file : line.priceFiles)
        if (auto added = catalog->addFile(file); !added)
            return added.error();
    return {};
}

EngineOptions engineOptions(const CommandLine &line, const LedgerHome &home, const ConfigStore &config,
                            const QString &demoFolder)
{
    EngineOptions options;
    options.ledgerPath = QFile::encodeName(home.ledgerPath()).toStdString();
    options.overridesPath = QFile::encodeName(home.overridesPath()).toStdString();
    options.priceFiles = line.priceFiles;
    options.instanceName = home.instanceName().toStdString();
    if (line.demo)
        options.sources.push_back({"demo", "otlp-json", QFile::encodeName(demoFolder).toStdString(), false, {}});
    for (const SourceSpec &source : line.sources)
        options.sources.push_back(
            {"source" + std::to_string(options.sources.size() + 1), source.kind, source.target, false, source.options});
    if (!line.separateLedger()) {
        options.sources = config.sources();
        options.retentionDays = config.retentionDays();
        options.attribution = config.values().attribution;
        options.success = config.values().success;
    }
    options.openRemote = openRemoteSource;
    const auto listens = [&](const SourceConfig &source) {
        return source.kind == "otlp" && source.target == line.otlp;
    };
    if (!line.otlp.empty() && std::none_of(options.sources.begin(), options.sources.end(), listens))
        options.sources.push_back({"otlp", "otlp", line.otlp, false, {}});
    return options;
}

SessionOptions sessionOptions(const CommandLine &line, const LedgerHome &home)
{
    SessionOptions options;
    options.configPath = home.configPath();
    options.temporary = line.separateLedger();
    options.instanceName = home.instanceName();
    options.banner = line.demo              ? Session::tr("Demo fleet: simulated agents, simulated money.")
                     : line.sources.empty() ? QString()
                                            : Session::tr("Temporary ledger: it goes when this window closes.");
    options.homeDir = QDir::homePath();
    options.since = line.since.value_or(kNoTime);
    options.until = line.until.value_or(kNoTime);
    // The demo writes three hours of history, which is the range a window opens on.
    options.openOnSpan = line.separateLedger() && !line.demo;
    // Another process, so that its ledger and this one never meet.
    const auto relaunch = [](const QStringList &arguments) {
        if (QProcess::startDetached(QCoreApplication::applicationFilePath(), arguments))
            QCoreApplication::quit();
    };
    options.startDemo = [relaunch] { relaunch({QStringLiteral("--demo")}); };
    options.openFiles = [relaunch](const QStringList &paths) { relaunch(QStringList{QStringLiteral("--")} + paths); };
    return options;
}

/// Detail pages of a window that opens on data open on the costliest one, once there is one.
void openFirstPage(Session &session, const QString &page)
{
    const auto open = [&session, page] {
        if (page == QLatin1String("workflow"))
            session.navigation()->openCostliestWorkflow();
        else if (page == QLatin1String("run"))
            session.navigation()->openCostliestRun();
        else
            session.navigation()->show(page);
        return session.navigation()->page() == page;
    };
    if (open())
        return;
    auto connection = std::make_shared<QMetaObject::Connection>();
    *connection = QObject::connect(&session, &Session::refreshed, &session, [open, connection] {
        if (open())
            QObject::disconnect(*connection);
    });
}

/// The demo's agents take their policy from this window's channel, as any agents would.
Result<> startFleet(DemoFleet &fleet, const QString &folder, PolicyHome &policy)
{
    DemoChannel channel;
    if (policy.link() != nullptr) {
        auto agents = policy.registerAgents(DemoFleet::agents());
        if (!agents)
            return agents.error();
        channel = {policy.url().toStdString(), std::move(*agents)};
    }
    return fleet.start(folder, channel);
}

int run(CommandLine line)
{
    const ConfigStore config(QFile::decodeName(Paths::fromEnvironment().configFile().c_str()), true);
    if (!config.error().isEmpty())
        return refuse(config.error().toStdString());
    line.demo = line.demo || wantsDemo(line, config);
    auto home = LedgerHome::open(homeOf(line));
    if (!home)
        return refuse(home.error().message);

    const QString demoFolder = home->dataFolder() + QStringLiteral("/traces");
    DemoFleet fleet;
    if (line.demo)
        QDir().mkpath(demoFolder);
    const std::shared_ptr<Keychain> keychain = useSystemKeychain();
    auto engine = Engine::start(engineOptions(line, *home, config, demoFolder));
    if (!engine)
        return refuse(engine.error().message);
    PolicyHome policy(home->dataFolder(), !line.separateLedger(), **engine);
    if (line.demo) {
        if (auto started = startFleet(fleet, demoFolder, policy); !started)
            return refuse(started.error().message);
    }
    Notifier notifier;
    SessionOptions options = sessionOptions(line, *home);
    options.policy = policy.link();
    options.policyProblem = policy.link() ? policy.targetProblem() : policy.problem();
    options.announce = [&notifier](const QString &title, const QString &text) { notifier.show(title, text); };
    Session session(**engine, std::move(options));
    QObject::connect(&fleet, &DemoFleet::ended, &session, [&session](const QString &reason) {
        Q_EMIT session.notice(Session::tr("The demo fleet stopped. %1").arg(reason), QStringLiteral("crit"), {}, {});
    });
    if (!line.page.isEmpty())
        openFirstPage(session, line.page);
    else if (session.firstRun()->wanted())
        session.navigation()->show(QStringLiteral("first-run"));

    Appearance appearance;
    QQmlApplicationEngine qml;
    qml.addImportPath(QStringLiteral("qrc:/qt/qml"));
    const QSize size = line.size.isValid() ? line.size : line.screenshot.isEmpty() ? QSize(0, 0) : kPictureSize;
    qml.setInitialProperties({{QStringLiteral("session"), QVariant::fromValue(&session)},
                              {QStringLiteral("systemDark"), appearance.dark()},
                              {QStringLiteral("forcedTheme"), line.theme},
                              {QStringLiteral("forcedSize"), QSizeF(size)}});
    qml.load(QUrl(QStringLiteral("qrc:/qt/qml/Flyball/Pages/Main.qml")));
    auto *window = qobject_cast<QQuickWindow *>(qml.rootObjects().value(0));
    if (!window)
        return refuse("the window cannot be made");
    QObject::connect(&appearance, &Appearance::darkChanged, window,
                     [window](bool dark) { window->setProperty("systemDark", dark); });
    std::optional<Trace> trace;
    if (Trace::wanted())
        trace.emplace(**engine, session, *window);
    std::optional<Screenshot> picture;
    if (!line.screenshot.isEmpty())
        picture.emplace(**engine, session, *window, line.screenshot, line.afterMs);
    return QCoreApplication::exec();
}

} // namespace

} // namespace flyball

int main(int argc, char **argv)
{
    // Before anything can be created: the ledger and the settings are the operator's alone.
    ::umask(077);
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments << QFile::decodeName(argv[i]);
    auto line = flyball::parseCommandLine(arguments);
    if (!line)
        return flyball::refuse(line.error().message);
    if (line->action == flyball::CommandLine::Action::Help) {
        std::fputs(flyball::helpText().toUtf8().constData(), stdout);
        return 0;
    }
    if (line->action == flyball::CommandLine::Action::Version) {
        std::puts("flyball " FLYBALL_VERSION);
        return 0;
    }
    if (auto prices = flyball::checkPrices(*line); !prices)
        return flyball::refuse(prices.error().message);

    QApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("flyball"));
    QCoreApplication::setApplicationVersion(QStringLiteral(FLYBALL_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("flyball"));
    QQuickStyle::setStyle(QStringLiteral("Basic"));
    const flyball::StopSignals stopSignals;
    return flyball::run(std::move(*line));
}
