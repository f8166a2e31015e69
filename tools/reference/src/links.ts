import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '@loyalnest/dev/instance';

/** Links of Markdown files to files and headings that are not there. Addresses of the web are not followed. */
export function findBrokenLinks(): string[] {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  return files
    .split('\n')
    .filter((path) => path && existsSync(join(root, path)))
    .flatMap((path) => brokenLinksOf(path));
}

function brokenLinksOf(path: string): string[] {
  return linksOf(readFileSync(join(root, path), 'utf8')).flatMap((link) => {
    const [file = '', heading] = link.split('#', 2);
    const target = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)));
    if (target.startsWith('..') || !existsSync(join(root, target))) return [`${path}: ${link} leads nowhere`];
    if (heading === undefined || !target.endsWith('.md')) return [];
    const headings = headingsOf(readFileSync(join(root, target), 'utf8'));
    return headings.has(heading) ? [] : [`${path}: ${target} has no heading #${heading}`];
  });
}

/** Relative targets of `[text](target)`, outside code. */
export function linksOf(markdown: string): string[] {
  const prose = withoutCode(markdown).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** Headings as GitHub names them: lower case, without punctuation, dashes for spaces, numbered when they repeat. */
export function headingsOf(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const names = [...withoutCode(markdown).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, text = '']) => {
    const name = text
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  });
  return new Set(names);
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^(```|~~~)[^]*?^\1.*$/gm, '');
}
