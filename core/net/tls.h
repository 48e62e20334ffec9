// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/net: the certificate of one of our servers, and the socket that speaks TLS with it.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"

#include <QSslConfiguration>
#include <QTcpServer>

#include <optional>
#include <string>
#include <vector>

namespace flyball {

struct TlsIdentity {
    QSslConfiguration configuration; ///< of a server: TLS 1.2 or later
    std::vector<std::string> names;  ///< hosts and addresses of its subjectAltName, lower case; "*.example.org"
};
/// The certificate (PEM, with the chain behind it) and its key (PEM, RSA or EC, without a passphrase, a file of this
/// user alone). The Error names the file: unreadable, no such thing in it, the two do not belong together, not valid
/// at `now`, no host named.
[[nodiscard]] Result<TlsIdentity> loadTls(const std::string &certificate, const std::string &key, TimeNs now);

/// Hands out sockets that begin a TLS handshake by themselves, or plain ones without an identity.
class TlsTcpServer : public QTcpServer {
public:
    using QTcpServer::QTcpServer;
    void setIdentity(const TlsIdentity &identity) { m_tls = identity.configuration; }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    std::optional<QSslConfiguration> m_tls;
};

} // namespace flyball
