// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policy.h"

#include "app/flyballctl/commands.h"
#include "core/policy/check/check.h"
#include "core/policy/document/text.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace flyball::ctl {

namespace {

constexpr const char *kHelp =
    "Usage: flyballctl policy check FILE | show [FILE] | diff A [B] | push FILE | status | history |\n"
    "                         rollback REVISION | targets | serve   [options]\n"
    "\n"
    "  check FILE          everything that is wrong or odd in a policy document; exit 2 when it is not valid\n"
    "  show [FILE]         the document in force, or the one in FILE\n"
    "    --workflow W      the policy in effect for a workflow instead; also --agent A, --segment S, --step S\n"
    "  diff A [B]          what B changes against A, in words; A or B is a file or a revision number,\n"
    "                      B is the revision in force when it is left out\n"
    "  push FILE           makes FILE the next revision and gives it to the agents\n"
    "    --parent N        refuse unless revision N is in force (default: whichever is)\n"
    "  status              the revision in force, and which agents took it up\n"
    "  history             all revisions: who, when, why\n"
    "    --audit           the audit instead, one JSON line per entry, after checking its chain\n"
    "  rollback REVISION   makes the content of an older revision the next one\n"
    "  targets [ACTION [ID]] gateways and files of agents that are given the policy as well (targets.json)\n"
    "    list              what each holds, as far as we know (the default)\n"
    "    test              asks each, and says what a push would change\n"
    "    push              gives the revision in force to one or all\n"
    "    verify            reads one or all again and compares\n"
    "    restore ID        our values again, over what somebody else changed\n"
    "    release ID        puts back what was found before the first push\n"
    "    set-key ID        reads its key from standard input and puts it into the keychain\n"
    "    move-key ID       moves its key from its file into the keychain, and deletes the file\n"
    "    forget-key ID     takes its key out of the keychain\n"
    "  serve               runs the policy channel until SIGTERM; prints one JSON line when it is ready\n"
    "    --listen A:P      address and port (default 127.0.0.1:0, any free port); not loopback: only with TLS\n"
    "    --tls-cert FILE   certificate (PEM, chain behind it) and --tls-key FILE its key (0600): TLS and nothing else\n"
    "    --ca-file FILE    what tools on this machine verify it by (default: the certificate itself)\n"
    "    --policy FILE     pushes FILE first, if it says something new\n"
    "    --token-file F    the operator's token, made when F is missing (default: operator.token in the data folder)\n"
    "    --agent ID[=W]    registers an agent, for workflow W; may be repeated. Its secrets are printed once\n"
    "    --renew ID[=W]    gives a registered agent new secrets\n"
    "    --folder DIR      also DIR/<agent>/policy.json, and reads DIR/<agent>/status-<agent>.json\n"
    "    --prices FILE     price file over the built-in book\n"
    "\n"
    "A key is \"secret\": keychain:NAME, file:PATH (0600) or env:NAME, or a list of them; list says which is used.\n"
    "push and rollback end with 3 when a target did not take the revision; the channel has it all the same.\n"
    "push, status, history and rollback work on the store in the data folder; while a server or the app holds\n"
    "it, they go through that one. --server URL with --token-file FILE asks a given server; https is\n"
    "verified, with --ca-file FILE by that authority besides the system's.\n"
    "  --author NAME, --comment TEXT   push and rollback: who and why, for the history\n"
    "  --format F          table (default) or json\n"
    "\n"
    "Example: flyballctl policy check policy.json && flyballctl policy push policy.json --comment 'cap loops'\n";

struct Action {
    const char *name;
    int (*run)(const std::vector<std::string> &words);
};
constexpr Action kActions[] = {{"check", policyCheck},       {"show", policyShow},       {"diff", policyDiff},
                               {"push", policyPush},         {"status", policyStatus},   {"history", policyHistory},
                               {"rollback", policyRollback}, {"targets", policyTargets}, {"serve", policyServe}};

int run(const std::vector<std::string> &words)
{
    for (const Action &action : kActions)
        if (!words.empty() && words[0] == action.name)
            return action.run({words.begin() + 1, words.end()});
    return unusable("policy needs check, show, diff, push, status, history, rollback, targets or serve"
                    + (words.empty() ? std::string() : ", not '" + words[0] + "'"));
}

} // namespace

Result<bool> wantsJson(const Arguments &arguments)
{
    const std::string format = arguments.value("--format", "table");
    if (format != "json" && format != "table")
        return Error{ErrorCode::InvalidArgument, "--format is json or table, not '" + format + "'"};
    return format == "json";
}

Result<std::string> textOfFile(const std::string &path)
{
    constexpr std::size_t kMost = std::size_t{4} << 20U;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file)
        text.assign(std::istreambuf_iterator<char>(file), {});
    if (!file || file.bad())
        return Error{ErrorCode::Unreadable, "cannot read " + path};
    if (text.size() > kMost)
        return Error{ErrorCode::OutOfRange, path + " is larger than 4 MiB"};
    return text;
}

Result<PolicyDocument> policyFromFile(const std::string &path)
{
    const Result<std::string> text = textOfFile(path);
    if (!text)
        return text.error();
    PolicyReading reading = readPolicy(*text);
    if (reading.document) {
        Findings meaning = checkPolicy(*reading.document);
        reading.findings.insert(reading.findings.end(), meaning.begin(), meaning.end());
    }
    for (const Finding &finding : reading.findings)
        if (finding.severity == Severity::Error)
            return Error{ErrorCode::InvalidArgument,
                         path + ": " + finding.path + ": " + finding.message + " (policy check lists everything)"};
    return std::move(*reading.document);
}

std::string authorOf(const Arguments &arguments)
{
    if (arguments.has("--author"))
        return arguments.value("--author");
    const char *user = std::getenv("USER");
    return user ? user : "";
}

const Command &policyCommand()
{
    static const Command command{"policy", "check, push and serve the policy agents obey", kHelp, run};
    return command;
}

} // namespace flyball::ctl
