// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/merge3.h"

#include "core/policy/document/text.h"

#include <algorithm>

namespace flyball {

namespace {

using Maybe = std::optional<JsonValue>;
using Names = std::vector<std::string>;

Maybe memberOf(const Maybe &object, const std::string &name)
{
    const JsonValue *member = object ? object->find(name) : nullptr;
    return member ? Maybe(*member) : std::nullopt;
}

Names namesOf(const Maybe &object)
{
    Names names;
    if (object && object->object()) {
        for (const auto &[name, value] : *object->object())
            names.push_back(name);
    }
    return names;
}

bool has(const Names &names, const std::string &name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The names of `a` that `b` has too, in a's order.
Names shared(const Names &a, const Names &b)
{
    Names out;
    std::copy_if(a.begin(), a.end(), std::back_inserter(out), [&](const auto &name) { return has(b, name); });
    return out;
}

/// `order` and, behind the neighbour they follow in `other`, the names only `other` has.
Names joined(Names order, const Names &other)
{
    for (std::size_t i = 0; i < other.size(); ++i) {
        if (has(order, other[i]))
            continue;
        auto at = order.begin();
        if (i > 0)
            at = std::find(order.begin(), order.end(), other[i - 1]) + 1;
        order.insert(at, other[i]);
    }
    return order;
}

/// A list whose entries have names of their own, as an object; nothing when they have not, or twice.
Maybe keyed(const Maybe &list, const char *key)
{
    if (!list || !list->array())
        return std::nullopt;
    JsonValue out{JsonValue::Object()};
    for (const JsonValue &item : *list->array()) {
        const JsonValue *name = item.find(key);
        if (!name || !name->string() || out.find(*name->string()))
            return std::nullopt;
        out.set(*name->string(), item);
    }
    return out;
}

const char *keyOf(const std::string &path)
{
    const auto endsWith = [&](std::string_view end) {
        return path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0;
    };
    if (endsWith("/routing/rules") || path == "/tiers")
        return "id";
    return endsWith("/budget/periods") || path == "/fleet/periods" ? "window" : nullptr;
}

class Merger {
public:
    std::vector<MergeConflict> conflicts;

    Maybe merge(const Maybe &base, const Maybe &mine, const Maybe &theirs, const std::string &path)
    {
        if (mine == theirs || theirs == base)
            return mine;
        if (mine == base)
            return theirs;
        if (mine && theirs && mine->object() && theirs->object())
            return members(base, mine, theirs, joined(namesOf(mine), namesOf(theirs)), path);
        if (const char *key = keyOf(path)) {
            if (Maybe list = entries(keyed(base, key), keyed(mine, key), keyed(theirs, key), path))
                return list;
        }
        conflicts.push_back({path, base, mine, theirs});
        return mine;
    }

private:
    Maybe members(const Maybe &base, const Maybe &mine, const Maybe &theirs, const Names &names,
                  const std::string &path)
    {
        JsonValue out{JsonValue::Object()};
        for (const std::string &name : names) {
            Maybe value =
                merge(memberOf(base, name), memberOf(mine, name), memberOf(theirs, name), pointerAt(path, name));
            if (value)
                out.set(name, std::move(*value));
        }
        return out;
    }
    /// Nothing when both sides ordered the entries anew.
    Maybe entries(const Maybe &base, const Maybe &mine, const Maybe &theirs, const std::string &path)
    {
        if (!mine || !theirs)
            return std::nullopt;
        const Names old = namesOf(base), left = namesOf(mine), right = namesOf(theirs);
        const bool leftKept = shared(old, left) == shared(left, old);
        const bool rightKept = shared(old, right) == shared(right, old);
        if (!leftKept && !rightKept && shared(left, right) != shared(right, left))
            return std::nullopt;
        const Names order = leftKept ? joined(right, left) : joined(left, right);
        const Maybe merged = members(base, mine, theirs, order, path);
        JsonValue::Array list;
        for (const auto &[name, value] : *merged->object())
            list.push_back(value);
        return JsonValue(std::move(list));
    }
};

} // namespace

ThreeWayMerge mergePolicies(const PolicyDocument &base, const PolicyDocument &mine, const PolicyDocument &theirs)
{
    const auto asHead = [&](PolicyDocument document) {
        document.revision = theirs.revision;
        document.parentRevision = theirs.parentRevision;
        document.createdAt = theirs.createdAt;
        document.author = theirs.author;
        document.comment = theirs.comment;
        document.rollbackOf = theirs.rollbackOf;
        return toJson(document);
    };
    Merger merger;
    const Maybe merged = merger.merge(asHead(base), asHead(mine), toJson(theirs), "");
    return {readPolicyJson(*merged).document, std::move(merger.conflicts)};
}

} // namespace flyball
