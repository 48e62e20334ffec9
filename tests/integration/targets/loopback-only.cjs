// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps every server of a Node process on 127.0.0.1: the gateway under test would bind all interfaces.
const net = require('net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  const first = args[0];
  if (first && typeof first === 'object' && 'port' in first)
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...args.slice(1));
  if (typeof first === 'number' || /^\d+$/.test(String(first)))
    return listen.call(this, Number(first), '127.0.0.1', ...args.filter((a) => typeof a === 'function'));
  return listen.apply(this, args);
};
