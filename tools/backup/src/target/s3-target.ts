import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { UserError } from '@loyalnest/dev/errors';
import type { StoredObject, Target } from './target.ts';

export type S3Options = {
  endpoint: string;
  region: string;
  bucket: string;
  /** Ends with a slash, or is empty. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
};

/** Of one request, the first included; with the pauses between them about half a minute. */
const attemptsMax = 6;
const connectTimeoutMs = 5_000;
/** A piece of 32 MB over a line of 5 Mbit/s. */
const requestTimeoutMs = 60_000;
/** The protocol's own limit. */
const removedAtOnceMax = 1_000;

/** Whatever speaks Amazon's S3 protocol: Backblaze B2, MinIO, a versitygw of one's own. */
export function s3Target(options: S3Options): Target {
  const { bucket, prefix } = options;
  const client = connect(options);
  const address = `s3://${bucket}/${prefix} at ${options.endpoint}`;
  const told = async <R>(work: Promise<R>): Promise<R> => {
    try {
      return await work;
    } catch (error) {
      throw explain(error, address);
    }
  };
  return {
    address,
    put: async (name, body) =>
      void (await told(client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + name, Body: body })))),
    async get(name) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
        throw explain(error, address);
      }
    },
    async list(under) {
      const objects: StoredObject[] = [];
      let token: string | undefined;
      do {
        const page = await told(
          client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix + under, ContinuationToken: token }),
          ),
        );
        for (const { Key = '', Size = 0 } of page.Contents ?? [])
          objects.push({ name: Key.slice(prefix.length), bytes: Size });
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return objects;
    },
    async remove(names) {
      for (let at = 0; at < names.length; at += removedAtOnceMax) {
        const Objects = names.slice(at, at + removedAtOnceMax).map((name) => ({ Key: prefix + name }));
        const { Errors } = await told(
          client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })),
        );
        const [first] = Errors ?? [];
        if (first) throw new UserError(`${address} does not remove ${first.Key}: ${first.Code}`);
      }
    },
  };
}

function connect({ endpoint, region, accessKeyId, secretAccessKey }: S3Options): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    // Servers of one's own have one name for all their buckets.
    forcePathStyle: true,
    maxAttempts: attemptsMax,
    // Checksums in trailers are Amazon's newest; others refuse them. Encryption finds what they would.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
}

/** Of what the server says, only its code: its text may repeat the key's id. */
function explain(error: unknown, address: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === 403) {
    return new UserError(`${address} refuses the key (403 ${error.name}); see BACKUP_S3_KEY_ID and its secret`, 1, {
      cause: error,
    });
  }
  if (error.name === 'NoSuchBucket')
    return new UserError(`${address}: there is no such bucket`, 1, { cause: error });
  const reason = status === undefined ? (code ?? error.name) : `${status} ${error.name}`;
  return new UserError(`${address} cannot be used: ${reason}`, 1, { cause: error });
}
