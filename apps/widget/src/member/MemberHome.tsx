import type { MemberCode, MemberPanel, MemberReward, ProgrammeResponse } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from '../i18n/speech.ts';
import type { PanelState, PanelStore } from '../panel-store.ts';
import { EarnWays } from '../programme/EarnWays.tsx';
import { Balance } from './Balance.tsx';
import { Codes } from './Codes.tsx';
import { Expiring, Pending } from './Dates.tsx';
import { History } from './History.tsx';
import { Rewards } from './Rewards.tsx';

type Props = {
  store: PanelStore;
  programme: ProgrammeResponse;
  member: MemberPanel;
  movement: PanelState['movement'];
  speech: Speech;
  redeem: (reward: MemberReward) => void;
  giveBack: (code: MemberCode) => void;
};

/** All that a member has and may do, the most wanted first. */
export function MemberHome({ store, programme, member, movement, speech, redeem, giveBack }: Props) {
  const { currency } = programme;
  return (
    <>
      <Balance member={member} currency={currency} movement={movement} speech={speech} />
      <Codes codes={member.codes} currency={currency} speech={speech} giveBack={giveBack} />
      <Rewards rewards={member.rewards} programme={programme} speech={speech} redeem={redeem} />
      <Pending orders={member.pending} speech={speech} />
      <Expiring lots={member.expiring} speech={speech} />
      <History history={member.history} speech={speech} readMore={store.readMoreHistory} />
      {programme.isOn && <EarnWays programme={programme} speech={speech} />}
    </>
  );
}
