import { parseDecimal } from '../../commerce/money.ts';
import type { StoreCredit } from '../../state/entities.ts';
import type { ShopState } from '../../state/shop-state.ts';
import { findGidNumber, gid } from '../../time/ids.ts';
import { utcTime } from '../../time/shop-time.ts';
import { moneyV2, properties, typed, userError, type Args, type Context, type Resolvers } from '../resolver.ts';
import { findCustomer } from './customer.ts';

export const storeCreditTypes: Resolvers = {
  QueryRoot: {
    storeCreditAccount: (_source, args, { state }) =>
      state.storeCredits.find(findGidNumber(String(args['id']), 'StoreCreditAccount') ?? 0) ?? null,
  },
  Mutation: { storeCreditAccountCredit: credit },
  StoreCreditAccount: typed<StoreCredit>({
    id: ({ id }) => gid('StoreCreditAccount', id),
    balance: ({ balanceMinor, currency }) => moneyV2(balanceMinor, currency),
  }),
  StoreCreditAccountCreditTransaction: properties(
    'id',
    'account',
    'amount',
    'balanceAfterTransaction',
    'remainingAmount',
    'createdAt',
    'expiresAt',
    'event',
    'origin',
  ),
  StoreCreditAccountCreditPayload: properties('storeCreditAccountTransaction', 'userErrors'),
  StoreCreditAccountCreditUserError: properties('field', 'message', 'code'),
};

type CreditInput = { creditAmount: { amount: string; currencyCode: string }; expiresAt?: string };

/** Credits a customer's account in the amount's currency; the account appears with its first credit. */
function credit(_source: unknown, args: Args, { world, state }: Context) {
  const { creditAmount, expiresAt } = args['creditInput'] as CreditInput;
  const currency = creditAmount.currencyCode;
  const refuse = (field: string[], message: string, code: string) => ({
    storeCreditAccountTransaction: null,
    userErrors: [userError(field, message, code)],
  });
  const account = findAccount(state, String(args['id']), currency);
  if (!account) return refuse(['id'], 'Account or owner does not exist', 'OWNER_NOT_FOUND');
  if (account.currency !== currency) {
    return refuse(
      ['creditInput', 'creditAmount', 'currencyCode'],
      'The currency does not match',
      'MISMATCHING_CURRENCY',
    );
  }
  const minor = parseDecimal(creditAmount.amount, currency);
  if (minor === undefined || minor <= 0) {
    const field = ['creditInput', 'creditAmount', 'amount'];
    return refuse(field, 'A positive amount must be used to credit a store credit account', 'NEGATIVE_OR_ZERO_AMOUNT');
  }
  const now = world.clock.now();
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now) {
    return refuse(['creditInput', 'expiresAt'], 'The expiry date must be in the future', 'EXPIRES_AT_IN_PAST');
  }

  const id = account.id || world.store.nextId();
  const credited = state.storeCredits.set(id, { ...account, id, balanceMinor: account.balanceMinor + minor });
  const transaction = {
    id: gid('StoreCreditAccountCreditTransaction', world.store.nextId()),
    account: credited,
    amount: moneyV2(minor, currency),
    balanceAfterTransaction: moneyV2(credited.balanceMinor, currency),
    remainingAmount: moneyV2(minor, currency),
    createdAt: utcTime(now),
    expiresAt: expiresAt ?? null,
    event: 'ADJUSTMENT',
    origin: null,
  };
  return { storeCreditAccountTransaction: transaction, userErrors: [] };
}

function findAccount(state: ShopState, id: string, currency: string): StoreCredit | undefined {
  const accountId = findGidNumber(id, 'StoreCreditAccount');
  if (accountId !== undefined) return state.storeCredits.find(accountId);
  const customer = findCustomer(state, id);
  if (!customer) return undefined;
  const accounts = [...state.storeCredits.values()];
  const own = accounts.find((account) => account.customerId === customer.id && account.currency === currency);
  return own ?? { id: 0, customerId: customer.id, currency, balanceMinor: 0 };
}
