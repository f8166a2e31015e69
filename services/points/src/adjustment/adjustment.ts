/** The business key of an undo names the transfer it undoes, so that there can be one. */
export const undoKeyPrefix = 'adjust/';
export const undoKeySuffix = '/undo';

export function undoKey(transferId: number): string {
  return `${undoKeyPrefix}${transferId}${undoKeySuffix}`;
}
