// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/jsoncursor.h"
#include "core/base/quotes.h"
#include "core/gateways/options.h"
#include "core/gateways/otlp/receiver.h"
#include "core/gateways/registry.h"
#include "core/keys/key.h"

#include <array>
#include <optional>

namespace flyball {

namespace {

constexpr std::int64_t kMostPort = 65535;

struct Place {
    std::string address;
    std::uint16_t port = 0;
};

/// "127.0.0.1:4318", "[::1]:4318", "localhost:4318"
std::optional<Place> placeOf(const std::string &target)
{
    const std::size_t colon = target.rfind(':');
    std::int64_t port = 0;
    if (colon == std::string::npos || colon == 0 || colon + 1 == target.size()
        || !parseInt64(std::string_view(target).substr(colon + 1), port) || port < 0 || port > kMostPort)
        return std::nullopt;
    std::string host = target.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find_first_of(":/") != std::string::npos)
        return std::nullopt;
    return Place{host == "localhost" ? "127.0.0.1" : host, static_cast<std::uint16_t>(port)};
}

Result<std::unique_ptr<RemoteSource>> listenForOtlp(const SourceConfig &config, SymbolTable &symbols)
{
    SourceOptions options(config);
    otlp::ReceiverSettings settings;
    settings.target = config.target;
    if (const auto place = placeOf(config.target)) {
        settings.address = place->address;
        settings.port = place->port;
    } else {
        options.complain("the target is an address and a port, as in 127.0.0.1:4318, not " + inQuotes(config.target));
    }
    settings.tlsCertificate = options.text("tls_cert");
    settings.tlsKey = options.text("tls_key");
    if (settings.tlsCertificate.empty() != settings.tlsKey.empty())
        options.complain("tls_cert and tls_key go together");
    if (const std::string secret = options.text("secret"); !secret.empty()) {
        const Result<std::string> key = secretOf(secret);
        if (!key)
            options.complain(key.error().message);
        else if (key->empty())
            options.complain("the key behind secret is empty");
        else
            settings.token = *key;
    }
    if (const Result<> done = options.done(); !done)
        return done.error();
    return otlp::makeReceiver(std::move(settings), symbols);
}

bool listensForOtlp(const SourceConfig &config)
{
    const auto place = placeOf(config.target);
    return place && otlp::listens(place->address, place->port);
}

constexpr std::array<RemoteOption, 3> kOptions{
    {{"secret", "Key senders must show", "the key, or env:NAME, file:PATH, keychain:NAME", RemoteOption::Type::Key},
     {"tls_cert", "Certificate (PEM)", "none: this machine only", RemoteOption::Type::File},
     {"tls_key", "Its private key (PEM)", "", RemoteOption::Type::File}}};

} // namespace

RemoteKind otlpKind()
{
    RemoteKind kind;
    kind.kind = "otlp";
    kind.label = "OTLP/HTTP receiver";
    kind.about = "Agents and collectors send their telemetry here";
    kind.target = "127.0.0.1:4318";
    kind.options = kOptions;
    kind.meters = true;
    kind.listen = listenForOtlp;
    kind.listens = listensForOtlp;
    return kind;
}

} // namespace flyball
