// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/models/policy/editscope.h"
#include "core/models/policy/evidence.h"
#include "core/models/policy/policydraft.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"

namespace flyball {

/// What the parts of the Policy page work on together; owned by PolicyModel. GUI thread.
struct PolicyDesk {
    Services &services;
    PolicyDraft draft;
    EditScope scope;
    std::shared_ptr<const PolicyEvidence> evidence; ///< of the scope's workflow; null: not read yet
    View view;                                      ///< of the last refresh

    /// Effective policy of the scope: as edited, and as the base has it (empty before the first revision).
    [[nodiscard]] EffectivePolicy effective() const { return effectiveOf(draft.document(), scope); }
    [[nodiscard]] EffectivePolicy former() const
    {
        return draft.base() ? effectiveOf(*draft.base(), counterpart(draft.document(), scope, *draft.base()))
                            : EffectivePolicy();
    }
    [[nodiscard]] QString layerText(const PolicyLayer &layer) const;
    /// The first error the draft gave for a refused edit, for people.
    [[nodiscard]] QString refusalText() const;
};

} // namespace flyball
