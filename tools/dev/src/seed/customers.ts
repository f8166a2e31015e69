import { nameLists } from './names.ts';
import { createRandom } from './random.ts';

export const seedCustomerCount = 200;

export type SeedCustomer = {
  /** As the rows of orders name the customer. */
  rowId: string;
  firstName: string;
  lastName: string;
  email: string;
  acceptsMarketing: boolean;
};

/** Apart from the numbers that order files use, which may be replayed into the same shop. */
export function seedCustomerId(index: number): string {
  return `demo-${index + 1}`;
}

const seed = 1_997;
const marketingShare = 0.6;

/** The demo shop's customers: always the same, all invented, at a domain that receives no mail. */
export function seedCustomers(): SeedCustomer[] {
  const random = createRandom(seed);
  return Array.from({ length: seedCustomerCount }, (_, index) => {
    const number = index + 1;
    const list = nameLists[index % nameLists.length] ?? random.pick(nameLists);
    const [firstName, firstLatin] = spellings(random.pick(list.first));
    const [lastName, lastLatin] = spellings(random.pick(list.last));
    return {
      rowId: seedCustomerId(index),
      firstName,
      lastName,
      // Names repeat, as they do; addresses cannot.
      email: `${firstLatin}.${lastLatin}${number}@example.com`,
      acceptsMarketing: random.fraction() < marketingShare,
    };
  });
}

function spellings(text: string): [native: string, latin: string] {
  const [native = text, latin = native.toLowerCase()] = text.split('|');
  return [native, latin];
}
