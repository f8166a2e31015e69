import type { MemberReward } from '@loyalnest/contracts/rest/storefront';
import type { RedemptionResponse } from '@loyalnest/contracts/rest/points';
import type { MemberCode } from '@loyalnest/contracts/rest/storefront';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { GuestHome } from './GuestHome.tsx';
import type { Language } from './i18n/language.ts';
import { createSpeech } from './i18n/speech.ts';
import { createTranslate, type Messages } from './i18n/translate.ts';
import { GiveBack } from './member/GiveBack.tsx';
import { MemberHome } from './member/MemberHome.tsx';
import { Redeem } from './member/Redeem.tsx';
import { usePendingIntent } from './member/use-pending-intent.ts';
import type { PanelStore } from './panel-store.ts';
import { Failed, Loading, Notices } from './states.tsx';

type Screen =
  | { name: 'home' }
  | { name: 'redeem'; reward: MemberReward; taken?: RedemptionResponse }
  | { name: 'give-back'; code: MemberCode };

type Props = { store: PanelStore; messages: Messages; language: Language; close: () => void };

/** The panel: which screen is shown, and what frames all of them. */
export function Widget({ store, messages, language, close }: Props) {
  const state = useStore(store);
  const { storefront } = state;
  const t = useMemo(() => createTranslate(messages, language), [messages, language]);
  const { currency, pointsName } = storefront?.programme ?? {};
  const speech = useMemo(
    () => (currency && pointsName ? createSpeech(messages, language, { currency, pointsName }) : undefined),
    // An answer that says the same is another object each time.
    [messages, language, currency, JSON.stringify(pointsName)],
  );
  const [screen, setScreen] = useState<Screen>({ name: 'home' });
  const member = storefront?.member ?? undefined;
  const body = useScreenFocus(storefront ? screen.name : state.problem ? 'failed' : 'loading');
  useEffect(() => setScreen({ name: 'home' }), [state.openings]);
  usePendingIntent(store, member, (reward, taken) => setScreen({ name: 'redeem', reward, taken }));
  const goHome = () => setScreen({ name: 'home' });

  const content = () => {
    if (!storefront || !speech) {
      return state.problem ? <Failed t={t} state={state} retry={() => void store.read()} /> : <Loading t={t} />;
    }
    if (!member) return <GuestHome programme={storefront.programme} speech={speech} />;
    if (screen.name === 'redeem') {
      return <Redeem {...screen} store={store} storefront={storefront} member={member} speech={speech} back={goHome} />;
    }
    if (screen.name === 'give-back') {
      return <GiveBack code={screen.code} store={store} storefront={storefront} speech={speech} back={goHome} />;
    }
    return (
      <MemberHome
        store={store}
        programme={storefront.programme}
        member={member}
        movement={state.movement}
        speech={speech}
        redeem={(reward) => setScreen({ name: 'redeem', reward })}
        giveBack={(code) => setScreen({ name: 'give-back', code })}
      />
    );
  };

  return (
    <div class="panel">
      <div class="bar">
        <h1 id="title">{t('title')}</h1>
        <button type="button" class="close" aria-label={t('close')} onClick={close}>
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
          </svg>
        </button>
      </div>
      <div class="body" ref={body} aria-busy={state.isReading}>
        {storefront && <Notices t={t} state={state} />}
        {content()}
      </div>
      <p class="unseen" role="status">
        {member && speech && state.movement
          ? speech.t('balance.moved', { points: speech.points(member.balance.available) })
          : ''}
      </p>
    </div>
  );
}

function useStore(store: PanelStore) {
  const [state, setState] = useState(store.getState());
  useEffect(() => {
    setState(store.getState());
    return store.subscribe(() => setState(store.getState()));
  }, [store]);
  return state;
}

/** A screen that replaces another takes the focus to its heading; coming back, it returns to where it left. */
function useScreenFocus(name: Screen['name'] | 'loading' | 'failed') {
  const body = useRef<HTMLDivElement>(null);
  const left = useRef<string | undefined>(undefined);
  const shown = useRef(name);
  if (name !== shown.current && shown.current === 'home') {
    const root = body.current?.getRootNode();
    left.current = root instanceof ShadowRoot ? root.activeElement?.id : undefined;
  }
  useEffect(() => {
    const before = shown.current;
    shown.current = name;
    // What was waited for comes by itself; whoever opened the panel has the focus where the dialog put it.
    if (before === name || before === 'loading') return;
    const place = name === 'home' && left.current ? body.current?.querySelector<HTMLElement>(`#${left.current}`) : null;
    const heading = body.current?.querySelector<HTMLElement>('h2');
    if (!place) body.current?.scrollTo(0, 0);
    (place ?? heading)?.focus();
  }, [name]);
  return body;
}
