import type { MemberCode, StorefrontResponse } from '@loyalnest/contracts/rest/storefront';
import { useState } from 'preact/hooks';
import type { Answer } from '../api/client.ts';
import type { RedemptionResponse } from '@loyalnest/contracts/rest/points';
import type { Speech } from '../i18n/speech.ts';
import type { PanelStore } from '../panel-store.ts';
import { rewardName } from '../programme/words.ts';
import { useFocusOn } from './use-focus-on.ts';

type Props = { code: MemberCode; store: PanelStore; storefront: StorefrontResponse; speech: Speech; back: () => void };

/** Gives an unused code back for its points, after saying that it stops working. */
export function GiveBack({ code, store, storefront, speech, back }: Props) {
  const { t, points } = speech;
  const [isWorking, setIsWorking] = useState(false);
  const [answer, setAnswer] = useState<Answer<RedemptionResponse> | undefined>();
  const isDone = answer?.outcome === 'ok';
  const heading = useFocusOn<HTMLHeadingElement>(isDone);

  const confirm = async () => {
    if (isWorking) return;
    setIsWorking(true);
    setAnswer(await store.api.cancel(code.redemptionId));
    setIsWorking(false);
    void store.read();
  };

  if (isDone) {
    return (
      <section class="screen">
        <h2 tabIndex={-1} ref={heading}>
          {rewardName(code, storefront.programme.currency, speech)}
        </h2>
        <p>{answer.body.status === 'released' ? t('code.givenBack') : t('code.givenBackSoon')}</p>
        <button type="button" class="link" onClick={back}>
          {t('back')}
        </button>
      </section>
    );
  }
  const isUsed = answer?.outcome === 'problem' && answer.code === 'redemption-not-cancellable';
  return (
    <section class="screen">
      <h2 tabIndex={-1}>{t('code.giveBackHeading')}</h2>
      <p>{t('code.giveBackText', { code: code.code ?? '', points: points(code.points) })}</p>
      {answer && (
        <p class="notice" role="alert">
          {isUsed ? t('code.used') : t('redeem.failed')}
        </p>
      )}
      <div class="actions">
        {!isUsed && (
          <button type="button" class="primary" aria-disabled={isWorking} onClick={() => void confirm()}>
            {isWorking ? t('redeem.working') : t('code.giveBackConfirm')}
          </button>
        )}
        <button type="button" class="quiet" onClick={back}>
          {t('code.keep')}
        </button>
      </div>
    </section>
  );
}
