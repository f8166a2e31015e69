import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { signAwsRequest, type AwsCredentials } from './aws-signature.ts';
import { readKeyFile, type KeyFile } from './key-file.ts';
import { keyBytes, KeyError, KeyProvider, type MasterKey } from './key-provider.ts';

/** KMS answers in tens of milliseconds; a start waits for at most three tries of this. */
const timeoutMs = 5_000;
const attemptsMax = 3;
const backoffMs = 200;

const decryptResponse = z.object({ Plaintext: z.base64() });

export type KmsOptions = {
  /** ARN or id of the AWS KMS key. */
  keyId: string;
  wrappedKeysFile: string;
  region: string;
  credentials: AwsCredentials;
  /** Unless told: the region's public endpoint. */
  endpoint?: string | undefined;
};

/**
 * Master keys that AWS KMS wrapped: the file holds ciphertexts, KMS unwraps each once per process. Wrap a key with the
 * encryption context `{ "loyalnest-key-version": "<version>" }`, without which KMS refuses to unwrap it, so that no
 * version can be put in the place of another.
 */
export class KmsKeyProvider extends KeyProvider {
  readonly #options: KmsOptions;
  readonly #unwrapped = new Map<number, Promise<Buffer>>();
  #file: KeyFile;

  constructor(options: KmsOptions) {
    super();
    this.#options = options;
    this.#file = readKeyFile(options.wrappedKeysFile);
  }

  async current(): Promise<MasterKey> {
    const { current } = this.#file;
    return { version: current, key: await this.byVersion(current) };
  }

  byVersion(version: number): Promise<Buffer> {
    let key = this.#unwrapped.get(version);
    if (!key) {
      key = this.#unwrap(version);
      this.#unwrapped.set(version, key);
      // What failed is asked again by the next caller.
      key.catch(() => this.#unwrapped.delete(version));
    }
    return key;
  }

  async #unwrap(version: number): Promise<Buffer> {
    const { wrappedKeysFile, keyId } = this.#options;
    if (!this.#file.keys.has(version)) this.#file = readKeyFile(wrappedKeysFile);
    const wrapped = this.#file.keys.get(version);
    if (!wrapped) throw new KeyError(`${wrappedKeysFile} has no key version ${version}`);
    const answer = await this.#call('Decrypt', {
      KeyId: keyId,
      CiphertextBlob: wrapped.toString('base64'),
      EncryptionContext: kmsContext(version),
    });
    const parsed = decryptResponse.safeParse(answer);
    if (!parsed.success) throw new KeyError(`AWS KMS gave an answer without a key for version ${version}`);
    const key = Buffer.from(parsed.data.Plaintext, 'base64');
    if (key.length !== keyBytes)
      throw new KeyError(`AWS KMS unwrapped key ${version} to ${key.length} bytes instead of ${keyBytes}`);
    return key;
  }

  async #call(operation: string, request: unknown): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(operation, JSON.stringify(request));
      } catch (error) {
        if (error instanceof KeyError) throw error;
        if (attempt === attemptsMax)
          throw new KeyError(`AWS KMS cannot be reached at ${this.#endpoint().host}`, { cause: error });
      }
      await sleep(backoffMs * attempt);
    }
  }

  async #send(operation: string, body: string): Promise<unknown> {
    const { region, credentials } = this.#options;
    const url = this.#endpoint();
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` };
    const { host: _, ...signed } = signAwsRequest(
      { method: 'POST', url, headers, body },
      { credentials, region, service: 'kms', now: new Date() },
    );
    const response = await fetch(url, {
      method: 'POST',
      headers: signed,
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    const problem = errorType(answer) ?? `HTTP ${response.status}`;
    if (response.status >= 500 || problem === 'ThrottlingException') throw new Error(problem);
    throw new KeyError(`AWS KMS refused to unwrap a key: ${problem}`);
  }

  #endpoint(): URL {
    return new URL(this.#options.endpoint ?? `https://kms.${this.#options.region}.amazonaws.com/`);
  }
}

/** What a wrapped key is bound to; `--encryption-context` of `aws kms generate-data-key-without-plaintext`. */
export function kmsContext(version: number): Record<string, string> {
  return { 'loyalnest-key-version': String(version) };
}

/** `com.amazonaws.kms#AccessDeniedException` and `AccessDeniedException` both occur. */
function errorType(answer: unknown): string | undefined {
  const type = (answer as { __type?: unknown } | undefined)?.__type;
  return typeof type === 'string' ? type.split('#').at(-1) : undefined;
}
