// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policy.h"
#include "app/flyballctl/sourcelist.h"
#include "app/flyballctl/textout.h"
#include "core/engine/paths.h"
#include "core/keys/keychain.h"
#include "core/policy/diff.h"
#include "core/policy/document/text.h"
#include "core/push/host.h"
#include "core/push/rates.h"
#include "core/push/targets/targetlink.h"

#include <QCoreApplication>

#include <charconv>
#include <csignal>
#include <cstdio>

namespace flyball::ctl {

namespace {

struct Wanted {
    std::string id;
    std::string workflow;
};

struct Served {
    std::vector<Wanted> agents;
    std::vector<std::string> renewed;
    std::vector<std::string> rest;
};

/// --agent and --renew may be given several times, which Arguments does not know.
Result<Served> takeAgents(const std::vector<std::string> &words)
{
    Served out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string &word = words[i];
        const bool renew = word == "--renew" || word.starts_with("--renew=");
        if (!renew && word != "--agent" && !word.starts_with("--agent=")) {
            out.rest.push_back(word);
            continue;
        }
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos && i + 1 >= words.size())
            return Error{ErrorCode::InvalidArgument, "option " + word + " needs a value"};
        const std::string value = equals == std::string::npos ? words[++i] : word.substr(equals + 1);
        const std::size_t at = value.find('=');
        if (renew)
            out.renewed.push_back(value);
        out.agents.push_back({value.substr(0, at), at == std::string::npos ? "" : value.substr(at + 1)});
        if (renew)
            out.renewed.back() = out.agents.back().id;
    }
    return out;
}

/// "127.0.0.1:0", "[::1]:8080"
Result<> readListen(const std::string &text, ChannelOptions &options)
{
    const std::size_t colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (port.empty() || error != std::errc() || end != port.data() + port.size())
        return Error{ErrorCode::InvalidArgument, "--listen is ADDRESS:PORT, not '" + text + "'"};
    options.port = number;
    options.address = text.substr(0, colon);
    if (options.address.size() > 2 && options.address.front() == '[' && options.address.back() == ']')
        options.address = options.address.substr(1, options.address.size() - 2);
    return {};
}

/// Runs a task in the channel's thread and waits for what it gives.
template <typename T>
T inChannel(PolicyChannelHost &host, std::function<T(PolicyStore &)> task)
{
    auto promise = std::make_shared<std::promise<T>>();
    host.perform([promise, task](PolicyStore &store, PolicyChannel &) { promise->set_value(task(store)); });
    return promise->get_future().get();
}

Result<JsonValue> registerAgents(PolicyChannelHost &host, const Served &served)
{
    return inChannel<Result<JsonValue>>(host, [&](PolicyStore &store) -> Result<JsonValue> {
        JsonValue::Array out;
        for (const Wanted &wanted : served.agents) {
            const bool renew =
                std::find(served.renewed.begin(), served.renewed.end(), wanted.id) != served.renewed.end();
            const bool known = store.agent(wanted.id).ok();
            JsonValue one{JsonValue::Object()};
            one.set("id", wanted.id);
            if (known && !renew) {
                one.set("token", JsonValue());
                one.set("hmac", JsonValue());
            } else {
                const Result<AgentSecret> secret =
                    store.registerAgent(wanted.id, wanted.workflow, wallClockNow(), renew);
                if (!secret)
                    return secret.error();
                one.set("token", secret->token);
                one.set("hmac", secret->hmac);
            }
            out.push_back(std::move(one));
        }
        return JsonValue(std::move(out));
    });
}

/// Pushes the file when it says something else than the head.
Result<> pushFile(PolicyChannelHost &host, const PolicyDocument &document, const std::string &author)
{
    return inChannel<Result<>>(host, [&](PolicyStore &store) -> Result<> {
        const PolicyRevision *head = store.revisions().head();
        if (head) {
            const PolicyReading now = readPolicy(head->text);
            if (now.document && now.document->policyId == document.policyId
                && diffPolicies(*now.document, document).empty())
                return {};
        }
        const auto pushed =
            store.push(document, head ? head->number : 0, {author, document.comment.value_or(""), wallClockNow()});
        return pushed ? Result<>() : Result<>(pushed.error());
    });
}

void serveUntilSignal(const PolicyChannelHost &host, const sigset_t &stopSignals, const JsonValue &agents)
{
    JsonValue line{JsonValue::Object()};
    line.set("url", host.url());
    line.set("operator_token", host.operatorToken());
    line.set("agents", agents);
    print(line.compact() + "\n");
    std::fflush(stdout);
    int signal = 0;
    while (sigwait(&stopSignals, &signal) != 0) {
    }
}

} // namespace

int policyServe(const std::vector<std::string> &words)
{
    const Result<Served> served = takeAgents(words);
    if (!served)
        return unusable(served.error());
    const auto arguments = Arguments::parse(served->rest, {{"--listen", true},
                                                           {"--tls-cert", true},
                                                           {"--tls-key", true},
                                                           {"--ca-file", true},
                                                           {"--policy", true},
                                                           {"--token-file", true},
                                                           {"--folder", true},
                                                           {"--author", true},
                                                           {"--prices", true},
                                                           {"--format", true}});
    if (!arguments)
        return unusable(arguments.error());
    if (!arguments->words().empty())
        return unusable("policy serve takes no further words");
    ChannelOptions options;
    options.folder = Paths::fromEnvironment().data;
    options.tokenFile = arguments->value("--token-file");
    options.exchangeFolder = arguments->value("--folder");
    options.tlsCertificate = arguments->value("--tls-cert");
    options.tlsKey = arguments->value("--tls-key");
    options.caFile = arguments->value("--ca-file");
    if (options.tlsCertificate.empty() != options.tlsKey.empty())
        return unusable("--tls-cert and --tls-key belong together");
    if (!options.caFile.empty() && options.tlsKey.empty())
        return unusable("--ca-file is for --tls-cert");
    if (Result<> r = readListen(arguments->value("--listen", "127.0.0.1:0"), options); !r)
        return unusable(r.error());
    std::optional<PolicyDocument> document;
    if (arguments->has("--policy")) {
        Result<PolicyDocument> read = policyFromFile(arguments->value("--policy"));
        if (!read)
            return unusable(read.error());
        document = std::move(*read);
    }
    const auto catalog = loadCatalog(arguments->value("--prices"));
    if (!catalog)
        return unusable(catalog.error());
    options.rates = [prices = *catalog](const PolicyDocument &of) { return ratesFor(of, *prices, wallClockNow()); };

    // Blocked before the first thread starts, so that all inherit it and sigwait alone gets them.
    sigset_t stopSignals;
    sigemptyset(&stopSignals);
    sigaddset(&stopSignals, SIGTERM);
    sigaddset(&stopSignals, SIGINT);
    sigaddset(&stopSignals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &stopSignals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    int argc = 1;
    char name[] = "flyballctl";
    char *argv[] = {name, nullptr};
    const QCoreApplication application(argc, argv);
    const std::shared_ptr<Keychain> keys = useSystemKeychain();
    PolicyChannelHost host;
    auto link = std::make_shared<TargetLink>(host, options.folder);
    if (Result<> r = host.start(options,
                                [targets = std::weak_ptr<TargetLink>(link)] {
                                    if (const auto alive = targets.lock())
                                        alive->changed();
                                });
        !r)
        return unusable(r.error());
    if (!host.setAside().empty())
        std::fprintf(stderr, "flyballctl: the policy store was damaged; it was moved to %s\n",
                     safeText(host.setAside()).c_str());
    if (document)
        if (Result<> r = pushFile(host, *document, authorOf(*arguments)); !r)
            return unusable(r.error());
    const Result<JsonValue> agents = registerAgents(host, *served);
    if (!agents)
        return unusable(agents.error());
    if (Result<> r = link->start(); !r) // agents are served all the same
        unusable("no targets: " + r.error().message);
    serveUntilSignal(host, stopSignals, *agents);
    link.reset(); // it reports to the channel
    host.stop();
    return kOk;
}

} // namespace flyball::ctl
