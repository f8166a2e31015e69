import { createHash } from 'node:crypto';

/** A picture of a product: quiet shapes in colours of its own, always the same for the same handle. */
export function productArt(handle: string): string {
  const digest = createHash('sha256').update(handle).digest();
  const at = (index: number) => digest[index % digest.length] ?? 0;
  const hue = Math.round((at(0) / 255) * 360);
  const second = (hue + 30 + (at(1) % 60)) % 360;
  const [x, y, size] = [110 + (at(2) % 180), 150 + (at(3) % 80), 70 + (at(4) % 50)];
  const shape =
    at(5) % 3 === 0
      ? `<rect x="${x - size}" y="${y - size}" width="${2 * size}" height="${2 * size}" rx="${size / 3}"/>`
      : at(5) % 3 === 1
        ? `<circle cx="${x}" cy="${y}" r="${size}"/>`
        : `<path d="M${x - size} ${y + size}v-${size}a${size} ${size} 0 0 1 ${2 * size} 0v${size}z"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">
<rect width="400" height="300" fill="hsl(${hue} 35% 90%)"/>
<path d="M0 ${220 + (at(6) % 30)}q200 -${20 + (at(7) % 40)} 400 0V300H0z" fill="hsl(${hue} 30% 82%)"/>
<g fill="hsl(${hue} 38% 48%)">${shape}</g>
<circle cx="${400 - x}" cy="${y + 30}" r="${size / 2}" fill="hsl(${second} 45% 62%)"/>
</svg>`;
}
