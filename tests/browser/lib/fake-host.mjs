// A native host for tests: a pipe between the browser and the test process, which sees every byte that a real
// native-host would see. Usage: node fake-host.mjs SOCKET [what the browser adds]

import { connect } from "node:net";

const [, , path] = process.argv;
if (!path) throw new Error("usage: node fake-host.mjs SOCKET");
const socket = connect(path);
socket.write(`${JSON.stringify({ pid: process.pid, browser_pid: process.ppid })}\n`);
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on("close", () => process.exit(0));
socket.on("error", (error) => {
  process.stderr.write(`fake host: ${error.message}\n`);
  process.exit(1);
});
