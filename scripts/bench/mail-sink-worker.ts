/**
 * A mail server that takes everything and keeps nothing, in a process of its own: what is measured is whoever sends to
 * it. Tells its port first, then now and then how many messages it has taken.
 */
import { type AddressInfo, type Socket, createServer } from 'node:net';

const REPORT_EVERY_MS = 5;
const END_OF_MESSAGE = '\r\n.\r\n';

let taken = 0;
let reported = -1;

/** What a command is answered with; commands may come several at a time. */
function answer(line: string): string {
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === 'EHLO') return '250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n';
  if (verb === 'DATA') return '354 go on\r\n';
  return verb === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n';
}

function converse(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.write('220 sink\r\n');
  let inMessage = false;
  /** A line that has not ended, or the last bytes of a message: its end may come in two pieces. */
  let rest = '';
  socket.on('data', (chunk) => {
    let text = rest + chunk.toString('latin1');
    for (;;) {
      if (inMessage) {
        const end = text.indexOf(END_OF_MESSAGE);
        if (end < 0) break;
        text = text.slice(end + END_OF_MESSAGE.length);
        inMessage = false;
        taken += 1;
        socket.write('250 taken\r\n');
      }
      const end = text.indexOf('\r\n');
      if (end < 0) break;
      const line = text.slice(0, end);
      // The line break stays: an empty message would begin with it.
      inMessage = line.toUpperCase() === 'DATA';
      text = text.slice(inMessage ? end : end + 2);
      socket.write(answer(line));
    }
    rest = inMessage ? text.slice(-END_OF_MESSAGE.length) : text;
  });
}

const server = createServer(converse);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
setInterval(() => {
  if (taken !== reported) process.send?.({ taken });
  reported = taken;
}, REPORT_EVERY_MS);
process.on('disconnect', () => process.exit());
