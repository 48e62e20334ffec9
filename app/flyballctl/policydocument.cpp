// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policy.h"
#include "app/flyballctl/sourcelist.h"
#include "app/flyballctl/textout.h"
#include "core/engine/paths.h"
#include "core/policy/check/check.h"
#include "core/policy/diff.h"
#include "core/policy/document/text.h"
#include "core/policy/effective.h"
#include "core/push/store.h"

#include <algorithm>
#include <charconv>

namespace flyball::ctl {

namespace {

JsonValue findingJson(const Finding &finding)
{
    JsonValue one{JsonValue::Object()};
    one.set("path", finding.path);
    one.set("code", finding.code);
    one.set("message", finding.message);
    one.set("severity", finding.severity == Severity::Error ? "error" : "warning");
    return one;
}

/// The text of a revision in the store; 0: the head.
Result<std::string> revisionText(std::int64_t number)
{
    const auto store = PolicyStore::open(Paths::fromEnvironment().data, PolicyStore::Access::ReadOnly);
    if (!store)
        return store.error();
    const RevisionLog &log = (*store)->revisions();
    const PolicyRevision *revision = number == 0 ? log.head() : log.find(number);
    if (!revision)
        return Error{ErrorCode::NotFound, number == 0 ? std::string("no policy was pushed yet")
                                                      : "there is no revision " + std::to_string(number)};
    return revision->text;
}

/// A file, or a revision number of the store; empty: the head.
Result<PolicyDocument> documentNamed(const std::string &name)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool isNumber = !name.empty() && error == std::errc() && end == name.data() + name.size() && number > 0;
    const bool stored = name.empty() || isNumber;
    const Result<std::string> text = stored ? revisionText(number) : textOfFile(name);
    if (!text)
        return text.error();
    PolicyReading reading = readPolicy(*text);
    if (!reading.document) {
        const auto first = std::find_if(reading.findings.begin(), reading.findings.end(),
                                        [](const Finding &f) { return f.severity == Severity::Error; });
        return Error{ErrorCode::Malformed, name + ": " + first->path + ": " + first->message};
    }
    return std::move(*reading.document);
}

Findings everythingAbout(const std::string &text, const PriceCatalog &catalog)
{
    PolicyReading reading = readPolicy(text);
    if (!reading.document)
        return reading.findings;
    CheckContext context;
    context.modelPriced = [&](std::string_view model) {
        const std::size_t slash = model.find('/');
        return slash != std::string_view::npos
               && catalog.match(model.substr(0, slash), model.substr(slash + 1)).found();
    };
    Findings meaning = checkPolicy(*reading.document, context);
    reading.findings.insert(reading.findings.end(), meaning.begin(), meaning.end());
    return reading.findings;
}

} // namespace

int policyCheck(const std::vector<std::string> &words)
{
    const auto arguments = Arguments::parse(words, {{"--format", true}, {"--prices", true}});
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    if (arguments->words().size() != 1)
        return unusable("policy check needs one file");
    const std::string &path = arguments->words()[0];
    const Result<std::string> text = textOfFile(path);
    if (!text)
        return unusable(text.error());
    const auto catalog = loadCatalog(arguments->value("--prices"));
    if (!catalog)
        return unusable(catalog.error());
    const Findings findings = everythingAbout(*text, **catalog);
    const bool valid = !hasError(findings);
    if (*json) {
        JsonValue out{JsonValue::Object()};
        out.set("valid", valid);
        JsonValue::Array list;
        for (const Finding &finding : findings)
            list.push_back(findingJson(finding));
        out.set("findings", std::move(list));
        print(out.compact() + "\n");
        return valid ? kOk : kUnusable;
    }
    if (!findings.empty()) {
        TextTable table({"", "at", "what"});
        for (const Finding &finding : findings)
            table.add({finding.severity == Severity::Error ? "error" : "warning",
                       finding.path.empty() ? "(document)" : finding.path, finding.message});
        print(table.text());
    }
    print(valid ? "valid\n" : "not valid\n");
    return valid ? kOk : kUnusable;
}

int policyShow(const std::vector<std::string> &words)
{
    const auto arguments = Arguments::parse(
        words, {{"--format", true}, {"--workflow", true}, {"--agent", true}, {"--segment", true}, {"--step", true}});
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    if (arguments->words().size() > 1)
        return unusable("policy show takes at most one file or revision");
    const Result<PolicyDocument> document = documentNamed(arguments->words().empty() ? "" : arguments->words()[0]);
    if (!document)
        return unusable(document.error());
    const PolicyScope scope{arguments->value("--workflow"),
                            arguments->value("--agent"),
                            arguments->value("--segment"),
                            arguments->value("--step"),
                            {}};
    if (scope == PolicyScope()) {
        print(*json ? toJson(*document).compact() + "\n" : policyText(*document));
        return kOk;
    }
    const EffectivePolicy effective = effectivePolicy(*document, scope);
    if (*json) {
        JsonValue out{JsonValue::Object()};
        out.set("policy", toJson(effective.body));
        JsonValue origins{JsonValue::Object()};
        for (const PolicyOrigin &origin : effective.origins)
            origins.set(origin.path, describeLayer(*document, scope.workflow, origin.layer));
        out.set("origins", std::move(origins));
        print(out.compact() + "\n");
        return kOk;
    }
    const JsonValue body = toJson(effective.body);
    TextTable table({"at", "is", "set by"});
    for (const PolicyOrigin &origin : effective.origins) {
        const JsonValue *value = body.at(origin.path);
        table.add({origin.path, value ? value->compact() : "", describeLayer(*document, scope.workflow, origin.layer)});
    }
    print(table.text());
    return kOk;
}

int policyDiff(const std::vector<std::string> &words)
{
    const auto arguments = Arguments::parse(words, {{"--format", true}});
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    const std::vector<std::string> &names = arguments->words();
    if (names.empty() || names.size() > 2)
        return unusable("policy diff needs one or two files or revisions");
    const Result<PolicyDocument> before = documentNamed(names[0]);
    if (!before)
        return unusable(before.error());
    const Result<PolicyDocument> after = documentNamed(names.size() > 1 ? names[1] : "");
    if (!after)
        return unusable(after.error());
    JsonValue::Array changes;
    std::string text;
    for (const PolicyChange &change : diffPolicies(*before, *after)) {
        JsonValue one{JsonValue::Object()};
        one.set("path", change.path);
        one.set("where", change.where);
        one.set("what", change.what);
        one.set("before", change.before);
        one.set("after", change.after);
        one.set("sentence", change.sentence);
        changes.push_back(std::move(one));
        text += safeText(change.where + ": " + change.sentence) + "\n";
    }
    JsonValue out{JsonValue::Object()};
    out.set("changes", std::move(changes));
    print(*json ? out.compact() + "\n" : text.empty() ? std::string("no difference\n") : text);
    return kOk;
}

} // namespace flyball::ctl
