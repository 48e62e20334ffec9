// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

EmptyState {
    iconName: "gate"
    tone: "crit"
    Accessible.role: Accessible.AlertMessage
}
