import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a service and its database, and is what makes the database go away for that service alone. */
export type DatabaseDoor = {
  /** Where the service finds its database. */
  through(databaseUrl: string): string;
  open(): void;
  /** Breaks all connections and takes no new ones, like a server that has ended. */
  shut(): void;
  /** Takes connections and says nothing, like a server that stands still. */
  silence(): void;
  close(): Promise<void>;
};

export async function startDatabaseDoor(): Promise<DatabaseDoor> {
  let state: 'open' | 'shut' | 'silent' = 'open';
  let onward: URL | undefined;
  const pairs = new Map<Socket, Socket>();
  const hangUp = () => {
    for (const [caller, server] of pairs) for (const socket of [caller, server]) socket.destroy();
  };
  const server = createServer((caller) => {
    if (state === 'shut' || !onward) return void caller.destroy();
    const behind = connect(Number(onward.port), onward.hostname);
    pairs.set(caller, behind);
    caller.on('error', () => undefined).on('close', () => behind.destroy());
    behind.on('error', () => undefined).on('close', () => caller.destroy());
    caller.on('close', () => pairs.delete(caller));
    // What is said while it is silent waits in the two sockets.
    caller.pipe(behind);
    if (state === 'open') behind.pipe(caller);
    else behind.pause();
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    through(databaseUrl) {
      onward = new URL(databaseUrl);
      const url = new URL(databaseUrl);
      url.hostname = '127.0.0.1';
      url.port = String((server.address() as AddressInfo).port);
      return url.toString();
    },
    open() {
      // Piped twice, each answer would come twice.
      const isSilent = state === 'silent';
      state = 'open';
      if (!isSilent) return;
      for (const [caller, behind] of pairs) behind.pipe(caller);
    },
    shut() {
      state = 'shut';
      hangUp();
    },
    silence() {
      state = 'silent';
      for (const [caller, behind] of pairs) {
        behind.unpipe(caller);
        behind.pause();
      }
    },
    async close() {
      state = 'shut';
      hangUp();
      await new Promise((settle) => server.close(settle));
    },
  };
}
