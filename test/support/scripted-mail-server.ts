/** A mail server that says at each command what it is told to say; silent where it is told nothing. */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

export interface ScriptedMailServer {
  readonly url: string;
  readonly commands: readonly string[];
  /** How many connections are open. */
  readonly open: number;
  stop(): void;
}

/**
 * @param script by command in small letters; also `greeting`, and `end`, the answer to a message. Beside replies: `hang
 *   up`, `say nothing`, and `trickle`, a reply that goes on for ever
 */
export async function openScripted(
  script: Readonly<Record<string, string>>,
  port = 0,
): Promise<ScriptedMailServer> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (script.greeting) socket.write(`${script.greeting}\r\n`);
    let inMessage = false;
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        if (inMessage && line !== '.') continue;
        const verb = inMessage ? 'end' : (line.split(/[ :]/)[0] ?? '').toLowerCase();
        if (!inMessage) commands.push(line);
        inMessage = verb === 'data' && (script.data ?? '354').startsWith('354');
        const said = script[verb] ?? { ehlo: '250 scripted', data: '354 go on' }[verb] ?? '250 ok';
        if (said === 'hang up') socket.destroy();
        else if (said === 'trickle') trickle(socket);
        else if (said !== 'say nothing') socket.write(`${said}\r\n`);
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    get open() {
      return sockets.size;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function trickle(socket: Socket): void {
  const timer = setInterval(() => socket.write('250-wait\r\n'), 50);
  socket.on('close', () => clearInterval(timer));
}
