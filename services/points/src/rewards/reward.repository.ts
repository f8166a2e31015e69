import type { RewardInput } from '@loyalnest/contracts/rest/points';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Reward } from './reward.ts';

type RewardRow = {
  merchant_id: number;
  reward_id: number;
  revision: number;
  kind: Reward['kind'];
  name: string;
  points: number;
  amount_minor: number | null;
  minimum_spend_minor: number;
  valid_days: number | null;
  per_customer_max: number | null;
  total_max: number | null;
  code_prefix: string;
  combines_with: Partial<Reward['combinesWith']>;
  is_open: boolean;
};

const columns = `merchant_id, reward_id, revision, kind, name, points, amount_minor, minimum_spend_minor, valid_days,
  per_customer_max, total_max, code_prefix, combines_with, is_open`;

export async function listRewards(tx: Tx, merchantId: number): Promise<Reward[]> {
  const rows = await tx.query<RewardRow>(
    `select ${columns} from rewards where merchant_id = $1 order by points, reward_id`,
    [merchantId],
  );
  return rows.map(fromRow);
}

export async function findReward(tx: Tx, merchantId: number, rewardId: number): Promise<Reward | undefined> {
  const [row] = await tx.query<RewardRow>(`select ${columns} from rewards where merchant_id = $1 and reward_id = $2`, [
    merchantId,
    rewardId,
  ]);
  return row && fromRow(row);
}

/** As `findReward`, and others who lock it wait: a reward with a limit is taken one at a time. Locked before balances. */
export async function lockReward(tx: Tx, merchantId: number, rewardId: number): Promise<Reward | undefined> {
  const [row] = await tx.query<RewardRow>(
    `select ${columns} from rewards where merchant_id = $1 and reward_id = $2 for update`,
    [merchantId, rewardId],
  );
  return row && fromRow(row);
}

type Addition = { merchantId: number; input: RewardInput; now: Date; requestKey: string | undefined };

/** A request that comes again under its key finds the reward that it added before. */
export async function addReward(tx: Tx, { merchantId, input, now, requestKey }: Addition): Promise<Reward> {
  const [added] = await tx.query<RewardRow>(
    `insert into rewards (merchant_id, kind, name, points, amount_minor, minimum_spend_minor, valid_days,
       per_customer_max, total_max, code_prefix, combines_with, is_open, created_at, request_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (request_key, merchant_id) do nothing
     returning ${columns}`,
    [merchantId, ...inputValues(input), now, requestKey ?? null],
  );
  if (added) return fromRow(added);
  const [before] = await tx.query<RewardRow>(
    `select ${columns} from rewards where merchant_id = $1 and request_key = $2`,
    [merchantId, requestKey],
  );
  if (!before) throw new Error('the reward was not inserted');
  return fromRow(before);
}

/** Every change starts a new revision: codes already taken keep their terms. */
export async function changeReward(
  tx: Tx,
  merchantId: number,
  rewardId: number,
  input: RewardInput,
): Promise<Reward | undefined> {
  const [row] = await tx.query<RewardRow>(
    `update rewards set kind = $3, name = $4, points = $5, amount_minor = $6, minimum_spend_minor = $7, valid_days = $8,
       per_customer_max = $9, total_max = $10, code_prefix = $11, combines_with = $12, is_open = $13, revision = revision + 1
     where merchant_id = $1 and reward_id = $2
     returning ${columns}`,
    [merchantId, rewardId, ...inputValues(input)],
  );
  return row && fromRow(row);
}

function inputValues(input: RewardInput): unknown[] {
  return [
    input.kind,
    input.name,
    input.points,
    input.amountMinor,
    input.minimumSpendMinor,
    input.validDays,
    input.perCustomerMax,
    input.totalMax,
    input.codePrefix,
    JSON.stringify(input.combinesWith),
    input.isOpen,
  ];
}

function fromRow(row: RewardRow): Reward {
  return {
    merchantId: row.merchant_id,
    rewardId: row.reward_id,
    revision: row.revision,
    kind: row.kind,
    name: row.name,
    points: row.points,
    amountMinor: row.amount_minor,
    minimumSpendMinor: row.minimum_spend_minor,
    validDays: row.valid_days,
    perCustomerMax: row.per_customer_max,
    totalMax: row.total_max,
    codePrefix: row.code_prefix,
    combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: false, ...row.combines_with },
    isOpen: row.is_open,
  };
}
