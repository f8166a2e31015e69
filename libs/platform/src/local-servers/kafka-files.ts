import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ensureSystemProgram, LocalServerError, userCache } from './system-program.ts';

const run = promisify(execFile);

/** The newest that the client names as supported. */
const kafkaVersion = '4.2.0';
/** Writes what the broker logs to standard error; the version is that of the interface Kafka brings. */
const slf4jVersion = '1.7.36';
/** 45 files, 43 MB; on a slow line that takes minutes. */
const downloadTimeoutMs = 600_000;
const javaMajorMin = 17;

export type KafkaFiles = { java: string; classPath: string };

/**
 * Java, and Apache Kafka from Maven Central, which is fetched once per user. What is missing gets installed for root on
 * Debian; everybody else is told how. Throws `LocalServerError`.
 */
export async function ensureKafkaFiles(): Promise<KafkaFiles> {
  const java = await ensureSystemProgram({ name: 'java', debianPackage: 'default-jre-headless' });
  await assertJavaVersion(java);
  const folder = join(userCache, `kafka-${kafkaVersion}`);
  if (!existsSync(folder)) await download(folder);
  return { java, classPath: join(folder, '*') };
}

/** Two that download at once do not see each other: each has folders of its own, and the first to be ready is kept. */
async function download(folder: string): Promise<void> {
  const maven = await ensureSystemProgram({ name: 'mvn', debianPackage: 'maven' });
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-download-`);
  try {
    const pom = join(work, 'pom.xml');
    writeFileSync(pom, pomXml);
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    const settings = [`-Dmaven.repo.local=${join(work, 'repository')}`, `-DoutputDirectory=${join(work, 'jars')}`];
    await run(maven, ['-q', '-B', '-f', pom, goal, ...settings, '-DincludeScope=runtime'], {
      timeout: downloadTimeoutMs,
    });
    if (!existsSync(folder)) renameSync(join(work, 'jars'), folder);
  } catch (cause) {
    if (existsSync(folder)) return;
    const { stdout, message } = cause as { stdout?: string; message: string };
    const reason = /\[ERROR\] (.+)/.exec(stdout ?? '')?.[1] ?? message;
    throw new LocalServerError(`Apache Kafka could not be fetched with mvn: ${reason}`, { cause });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const pomXml = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>loyalnest</groupId>
  <artifactId>local-kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>${slf4jVersion}</version>
    </dependency>
  </dependencies>
</project>
`;

async function assertJavaVersion(java: string): Promise<void> {
  const { stderr } = await run(java, ['-version']);
  const major = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (major >= javaMajorMin) return;
  throw new LocalServerError(`Kafka needs Java ${javaMajorMin} or newer, and ${java} is ${major || 'something else'}`);
}
