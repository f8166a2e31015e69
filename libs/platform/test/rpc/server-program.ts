import { listenRpc } from '../../src/rpc/rpc-server.ts';
import { loadConfig } from '../../src/config/config.ts';
import { Answers } from './answers.ts';

// admin-core's contract in a process that a test can kill. Usage: server-program.ts PORT; the environment is the configuration.
const { routes } = new Answers();
const isReady = () => Promise.resolve(true);
const config = loadConfig(process.env);
await listenRpc({ routes, isReady, config, port: Number(process.argv[2]) });
process.stdout.write('listening\n');
