import { runCli } from './cli/run.ts';

const url = (process.env['SIMULATOR_URL'] ?? 'http://127.0.0.1:7401').replace(/\/+$/, '');
const { exitCode, output } = await runCli(process.argv.slice(2), url);
if (exitCode === 0) console.log(output);
else console.error(output);
process.exitCode = exitCode;
