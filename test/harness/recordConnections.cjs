/**
 * Preloaded (NODE_OPTIONS) into every Node below a server under test: appends a line for each connection that is tried, so
 * that none is too short to be seen. Written to the file that LEMMA_CONNECTIONS names: `{ pid, program, to }`.
 */
const { ChildProcess } = require('node:child_process');
const { subscribe } = require('node:diagnostics_channel');
const { appendFileSync } = require('node:fs');

const file = process.env.LEMMA_CONNECTIONS;
const program = process.argv.slice(1).join(' ');
const record = (to) => {
  if (file) appendFileSync(file, `${JSON.stringify({ pid: process.pid, program, to })}\n`);
};

subscribe('net.client.socket', ({ socket }) => {
  socket.on('lookup', (error, _address, _family, host) => {
    if (error) record(host);
  });
  // Without a port it is a path in the file system.
  socket.on('connectionAttempt', (address, port) => {
    if (port !== undefined) record(address);
  });
});
subscribe('udp.socket', ({ socket }) => socket.on('connect', () => record(socket.remoteAddress().address)));

// VS Code takes NODE_OPTIONS from its extension host, and Lemma from the engine: they get it again.
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (options) {
  const others = (options.envPairs ?? []).filter((pair) => !pair.startsWith('NODE_OPTIONS='));
  const isNode = options.file === process.execPath;
  return spawn.call(this, isNode ? { ...options, envPairs: [...others, `NODE_OPTIONS=--require "${__filename}"`] } : options);
};
