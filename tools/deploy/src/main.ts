import { join, resolve } from 'node:path';
import { explain, UserError } from '@loyalnest/dev/errors';
import { root } from '@loyalnest/dev/instance';
import { parseOptions } from '@loyalnest/dev/options';
import { shopifyApiVersion } from '@loyalnest/shopify/api-version';
import { affectedFolders } from './affected.ts';
import { check } from './check/check.ts';
import { assemble } from './image/assemble.ts';
import { ensureSecrets } from './secrets.ts';
import { shopifyNews } from './shopify-changelog.ts';

/** Who looks every day is told each thing once. */
const changelogDays = 1;

const usage = `deploy COMMAND

  check [--json]   Validate what is in deploy/ and .github/ with docker compose, helm, kubeconform and actionlint, which
                   are built from source the first time (Go 1.26 or newer). Exit code 1: something is wrong.
  secrets [--out DIR]
                   Make the secret files a deployment needs, in DIR/secrets (deploy/compose), and complete DIR/.env. Files
                   that are there stay. Reads SHOPIFY_CLIENT_SECRET, and OWNER_DATABASE_URL and REDIS_URL if PostgreSQL
                   and Redis are not those of Compose.
  affected --base COMMIT
                   Folders of the rooms that have changed since, and of those that build on them.
  shopify-changelog [--days N]
                   What Shopify announced on the N days before today (1), as Markdown; nothing when there is nothing.
  image DIR        Build, and lay out the files of the container image in DIR; Dockerfile calls it.
`;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const explained = explain(error, root);
  if (!(explained instanceof UserError)) throw explained;
  process.stderr.write(`deploy: ${explained.message}\n`);
  return explained.exitCode;
});

async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'check': {
      const { json } = parseOptions(args, { json: 'boolean' }).values;
      return check({ root, format: json ? 'json' : 'text' });
    }
    case 'secrets': {
      const { out } = parseOptions(args, { out: 'string' }).values;
      return makeSecrets(out === undefined ? join(root, 'deploy/compose') : resolve(out));
    }
    case 'image': {
      const [folder] = parseOptions(args, {}, { positionalsMax: 1 }).positionals;
      if (folder === undefined) throw new UserError('image needs a folder; ./dev.sh deploy --help says more', 2);
      const { packages, bytes } = await assemble({ root, out: resolve(folder) });
      return say(`${folder}: ${Math.round(bytes / 1e6)} MB, ${packages} npm packages\n`);
    }
    case 'affected': {
      const { base } = parseOptions(args, { base: 'string' }).values;
      if (base === undefined) throw new UserError('affected needs --base COMMIT', 2);
      return say((await affectedFolders(root, base)).map((folder) => `${folder}\n`).join(''));
    }
    case 'shopify-changelog': {
      const days = Number(parseOptions(args, { days: 'string' }).values.days ?? changelogDays);
      if (!Number.isInteger(days) || days < 1) throw new UserError('--days must be a whole number above 0', 2);
      const news = await shopifyNews({ days, now: new Date(), apiVersion: shopifyApiVersion });
      return say(news === '' ? '' : `${news}\n`);
    }
    case '--help':
    case '-h':
      return say(usage);
    default:
      throw new UserError(
        `${command === undefined ? 'a command is needed' : `unknown command "${command}"`}\n\n${usage}`,
        2,
      );
  }
}

function makeSecrets(folder: string): number {
  const { SHOPIFY_CLIENT_SECRET, OWNER_DATABASE_URL, REDIS_URL } = process.env;
  const made = ensureSecrets({
    root,
    folder,
    shopifyClientSecret: SHOPIFY_CLIENT_SECRET,
    ownerUrl: OWNER_DATABASE_URL,
    redisUrl: REDIS_URL,
  });
  return say(made.length === 0 ? 'nothing was missing\n' : `${join(folder, 'secrets')}: ${made.join(', ')}\n`);
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}
