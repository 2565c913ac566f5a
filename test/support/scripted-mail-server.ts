/** A mail server that says at each command what it is told to say; silent where it is told nothing. */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

export interface ScriptedMailServer {
  readonly url: string;
  readonly commands: readonly string[];
  stop(): void;
}

/** @param script by command in small letters; also `greeting`, and `end`, the answer to a message */
export async function openScripted(script: Readonly<Record<string, string>>): Promise<ScriptedMailServer> {
  const commands: string[] = [];
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
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
        else socket.write(`${said}\r\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
