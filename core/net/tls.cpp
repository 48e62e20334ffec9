// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/tls.h"

#include "core/base/wholefile.h"
#include "core/keys/secretfile.h"
#include "core/net/httptext.h"

#include <QDateTime>
#include <QHostAddress>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>

#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace flyball {

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

struct Free {
    void operator()(BIO *bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
    void operator()(X509 *certificate) const { X509_free(certificate); }
};

std::unique_ptr<BIO, Free> over(const std::string &text)
{
    return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Without this OpenSSL asks on the terminal.
int noPassphrase(char *, int, int, void *) { return 0; }

Result<QSslKey> keyOf(const std::string &path, const std::string &text, const std::string &certificatePath,
                      const std::string &certificateText)
{
    const std::unique_ptr<EVP_PKEY, Free> key(
        PEM_read_bio_PrivateKey(over(text).get(), nullptr, noPassphrase, nullptr));
    if (!key)
        return Error{ErrorCode::Malformed, path + " holds no private key in PEM without a passphrase"};
    const std::unique_ptr<X509, Free> certificate(
        PEM_read_bio_X509(over(certificateText).get(), nullptr, noPassphrase, nullptr));
    if (!certificate || X509_check_private_key(certificate.get(), key.get()) != 1)
        return Error{ErrorCode::InvalidArgument, path + " is not the key of " + certificatePath};
    const int kind = EVP_PKEY_base_id(key.get());
    if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC)
        return Error{ErrorCode::InvalidArgument, path + " must be an RSA or EC key"};
    QSslKey out(QByteArray::fromStdString(text), kind == EVP_PKEY_RSA ? QSsl::Rsa : QSsl::Ec);
    if (out.isNull())
        return Error{ErrorCode::Malformed, path + " cannot be used as a private key"};
    return out;
}

std::vector<std::string> namesOf(const QSslCertificate &certificate)
{
    std::vector<std::string> out;
    const auto names = certificate.subjectAlternativeNames();
    for (const QString &name : names.values(QSsl::DnsEntry))
        out.push_back(lowerCase(name.toStdString()));
    for (const QString &name : names.values(QSsl::IpAddressEntry))
        out.push_back(QHostAddress(name).toString().toLower().toStdString());
    return out;
}

Result<> validAt(const QSslCertificate &certificate, const std::string &path, TimeNs now)
{
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(now / 1'000'000, Qt::UTC);
    const auto day = [](const QDateTime &time) { return time.toUTC().toString(Qt::ISODate).toStdString(); };
    if (certificate.expiryDate() <= at)
        return Error{ErrorCode::InvalidArgument, path + " expired on " + day(certificate.expiryDate())};
    if (certificate.effectiveDate() > at)
        return Error{ErrorCode::InvalidArgument, path + " is not valid before " + day(certificate.effectiveDate())};
    return {};
}

} // namespace

Result<TlsIdentity> loadTls(const std::string &certificate, const std::string &key, TimeNs now)
{
    if (!QSslSocket::supportsSsl())
        return Error{ErrorCode::InvalidArgument, "this Qt has no TLS"};
    const Result<std::string> text = readWholeFile(certificate, kMostBytes);
    if (!text)
        return Error{text.error().code, "cannot read " + certificate + ", " + text.error().message};
    const Result<std::string> keyText = readSecretFile(key);
    if (!keyText)
        return keyText.error();
    const QList<QSslCertificate> chain = QSslCertificate::fromData(QByteArray::fromStdString(*text), QSsl::Pem);
    if (chain.isEmpty())
        return Error{ErrorCode::Malformed, certificate + " holds no certificate in PEM"};
    Result<QSslKey> secret = keyOf(key, *keyText, certificate, *text);
    if (!secret)
        return secret.error();
    if (Result<> r = validAt(chain.first(), certificate, now); !r)
        return r.error();
    TlsIdentity out;
    out.names = namesOf(chain.first());
    if (out.names.empty())
        return Error{ErrorCode::InvalidArgument, certificate + " names no host (subjectAltName)"};
    out.configuration = QSslConfiguration::defaultConfiguration();
    out.configuration.setProtocol(QSsl::TlsV1_2OrLater);
    out.configuration.setLocalCertificateChain(chain);
    out.configuration.setPrivateKey(*secret);
    return out;
}

void TlsTcpServer::incomingConnection(qintptr descriptor)
{
    if (!m_tls)
        return QTcpServer::incomingConnection(descriptor);
    auto socket = std::make_unique<QSslSocket>();
    socket->setSslConfiguration(*m_tls);
    if (!socket->setSocketDescriptor(descriptor))
        return;
    QSslSocket *raw = socket.release();
    addPendingConnection(raw);
    raw->startServerEncryption();
}

} // namespace flyball
