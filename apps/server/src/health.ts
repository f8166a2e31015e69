// Asks the server on this machine whether it is ready, for container engines that run a command to know: exit code 0 or 1.
// Usage: health.js [PATH]

const [path = '/readyz'] = process.argv.slice(2);
const port = process.env['PORT'] || '7400';

/** Longer than a database that answers at all takes, and shorter than the engine's own limit. */
const timeoutMs = 3_000;

try {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(timeoutMs) });
  process.stdout.write(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`no answer on port ${port}: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
