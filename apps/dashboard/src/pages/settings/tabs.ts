export const tabs = ['earning', 'rewards', 'look', 'history'] as const;
export type Tab = (typeof tabs)[number];

export const programmePath = '/programme';

export function tabOf(text: string | null): Tab {
  return tabs.find((tab) => tab === text) ?? 'earning';
}

export function tabPath(tab: Tab): string {
  return tab === 'earning' ? programmePath : `${programmePath}?tab=${tab}`;
}

export function rewardPath(reward: number | 'new'): string {
  return `${programmePath}?tab=rewards&reward=${reward}`;
}

/** Where in the programme a field is edited. */
export function tabOfField(path: string): Tab {
  return path.startsWith('pointsName') ? 'look' : 'earning';
}
