let address = '/customers';

/** The list as the reader left it, so that the way back from a customer leads to the same search and page. */
export function rememberList(current: string): void {
  address = current;
}

export function lastList(): string {
  return address;
}
